package baton.programs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.loss.Loss;
import baton.worker.segment.Program;
import baton.worker.train.DjlProgram;
import baton.worker.train.Labelled;
import baton.worker.train.Recipe;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import baton.worker.train.TorchEngine;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A program for benchmarks, which trains on noise and has any number of parameters: equal layers of
 * the necessary width.
 */
public record WideNetwork(int width, Seeds seeds) implements Recipe<Labelled> {
  private static final int LAYERS = 6;
  private static final int EXAMPLES = 1 << 14;

  private static final Loss LOSS = Loss.softmaxCrossEntropyLoss();

  /** The program {@code wide}: six layers with about {@code parameters} parameters in total. */
  public static Program program(int parameters, TorchEngine torch) {
    int width = (int) Math.round(Math.sqrt(parameters / (double) LAYERS));
    return new DjlProgram("wide", (none, seeds) -> new WideNetwork(width, seeds), torch);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of("batchSize", 32, "learningRate", 1e-5);
  }

  @Override
  public Block model() {
    SequentialBlock model = new SequentialBlock();
    for (int layer = 0; layer < LAYERS; layer++) {
      model.add(Linear.builder().setUnits(width).build()).add(Activation.reluBlock());
    }
    return model;
  }

  @Override
  public Shape input() {
    return new Shape(1, width);
  }

  @Override
  public int examples() {
    return EXAMPLES;
  }

  @Override
  public Labelled example(int number, int epoch) {
    SplitMix64 draw = new SplitMix64(seeds.example(epoch, number));
    int label = draw.nextInt(width);
    float[] noise = new float[width];
    for (int i = 0; i < width; i++) {
      noise[i] = (float) draw.nextDouble();
    }
    return new Labelled(noise, label);
  }

  @Override
  public Batch batch(NDManager manager, List<Labelled> examples) {
    return Labelled.batch(manager, examples, new Shape(width));
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return LOSS.evaluate(labels, predictions);
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    return Map.of();
  }
}
