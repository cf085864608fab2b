package example.spirals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.loss.Loss;
import baton.worker.segment.TroubleException;
import baton.worker.train.Labelled;
import baton.worker.train.Parameters;
import baton.worker.train.Recipe;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import baton.worker.train.TrainingGoal;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The program {@code spirals}: tells two spirals apart that are wound around one another. */
final class Spirals implements Recipe<Labelled> {
  private static final int TRAINING = 800;
  private static final int HELD_OUT = 200;

  private final Seeds seeds;
  private final int hidden;
  private final double wobble;
  private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();

  Spirals(Parameters parameters, Seeds seeds) throws TroubleException {
    this.seeds = seeds;
    hidden = parameters.count("hidden", 32);
    wobble = parameters.atLeastZero("wobble", 0.1);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of("batchSize", 40, "learningRate", 0.01);
  }

  @Override
  public Block model() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(hidden).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(hidden).build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(2).build());
  }

  @Override
  public Shape input() {
    return new Shape(1, 2);
  }

  @Override
  public int examples() {
    return TRAINING;
  }

  /** Another one in every epoch: each wobbles by what its own seed draws. */
  @Override
  public Labelled example(int number, int epoch) {
    return point(number + number / 4, new SplitMix64(seeds.example(epoch, number)));
  }

  /** Every fifth point is held out, and wobbles always in the same way. */
  private Labelled heldOut(int number) {
    return point(5 * number + 4, new SplitMix64(seeds.example(-1, number)));
  }

  private Labelled point(int place, SplitMix64 random) {
    int spiral = place % 2;
    double angle = 3 * StrictMath.PI * place / (TRAINING + HELD_OUT);
    double turned = angle + spiral * StrictMath.PI;
    double x = angle * StrictMath.cos(turned) / 5 + wobble * random.nextDouble();
    double y = angle * StrictMath.sin(turned) / 5 + wobble * random.nextDouble();
    return new Labelled(new float[] {(float) x, (float) y}, spiral);
  }

  @Override
  public Batch batch(NDManager manager, List<Labelled> examples) {
    return Labelled.batch(manager, examples, new Shape(2));
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return crossEntropy.evaluate(labels, predictions);
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    Batch test = batch(manager, IntStream.range(0, HELD_OUT).mapToObj(this::heldOut).toList());
    NDArray predicted = model.apply(test.data()).singletonOrThrow().argMax(1);
    long right = predicted.eq(test.labels().singletonOrThrow()).countNonzero().getLong();
    return Map.of("accuracy", right / (double) HELD_OUT);
  }

  @Override
  public TrainingGoal goal() {
    return TrainingGoal.highest("accuracy");
  }
}
