package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.loss.Loss;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A recipe for tests: 90 noisy 4x4 images of three classes, and a network with everything that
 * makes exactness hard (convolution, BatchNorm, dropout, a last batch that is smaller), trained in
 * milliseconds.
 */
class TinyImages implements Recipe<Labelled> {
  static final int EXAMPLES = 90;
  static final int BATCHES = 6;
  private static final int CLASSES = 3;
  private static final int SIDE = 4;

  private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
  private final Seeds seeds;

  TinyImages(Parameters parameters, Seeds seeds) {
    this.seeds = seeds;
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of("batchSize", 16, "learningRate", 0.01);
  }

  @Override
  public Block model() {
    return new SequentialBlock()
        .add(Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(4).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Dropout.builder().optRate(0.4f).build())
        .add(Linear.builder().setUnits(CLASSES).build());
  }

  @Override
  public Shape input() {
    return new Shape(1, 1, SIDE, SIDE);
  }

  @Override
  public int examples() {
    return EXAMPLES;
  }

  @Override
  public Labelled example(int number, int epoch) {
    SplitMix64 noise = new SplitMix64(seeds.example(epoch, number));
    float[] pixels = new float[SIDE * SIDE];
    int label = number % CLASSES;
    for (int pixel = 0; pixel < pixels.length; pixel++) {
      pixels[pixel] = (pixel / SIDE == label ? 1f : 0f) + (float) noise.nextDouble();
    }
    return new Labelled(pixels, label);
  }

  @Override
  public Batch batch(NDManager manager, List<Labelled> examples) {
    return Labelled.batch(manager, examples, new Shape(1, SIDE, SIDE));
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return crossEntropy.evaluate(labels, predictions);
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    Batch batch =
        batch(manager, IntStream.range(0, 3).mapToObj(i -> example(EXAMPLES + i, 0)).toList());
    return Map.of("testLoss", (double) loss(batch.labels(), model.apply(batch.data())).getFloat());
  }
}
