package baton.programs;

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
import ai.djl.nn.pooling.Pool;
import ai.djl.training.loss.Loss;
import baton.worker.segment.TroubleException;
import baton.worker.train.Labelled;
import baton.worker.train.Parameters;
import baton.worker.train.Recipe;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import baton.worker.train.TrainingGoal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The program {@code digits}: a small convolutional network that reads handwritten digits. A fifth
 * of the images, drawn by the job's seed, is held out. A job may bring images of its own, as a file
 * {@code digits.csv} in its data.
 */
final class Digits implements Recipe<Labelled> {
  private static final int CLASSES = 10;
  private static final int HELD_OUT_PART = 5;
  private static final Shape IMAGE = new Shape(1, DigitImages.SIDE, DigitImages.SIDE);

  private final DigitImages images;
  private final int[] training;
  private final int[] heldOut;
  private final Seeds seeds;
  private final float dropout;
  private final int augment;
  private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();

  Digits(Parameters parameters, Seeds seeds) throws TroubleException {
    this.seeds = seeds;
    images =
        parameters.data().isPresent()
            ? DigitImages.in(parameters.data().get())
            : DigitImages.load();
    dropout = (float) parameters.fraction("dropout", 0.3);
    augment = parameters.between(0, DigitImages.SIDE - 1, "augment", 0);
    int[] order = new SplitMix64(seeds.split()).permutation(images.labels().length);
    int held = order.length / HELD_OUT_PART;
    heldOut = Arrays.copyOfRange(order, 0, held);
    training = Arrays.copyOfRange(order, held, order.length);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of("learningRate", 0.003, "schedule", "cosine", "warmUpEpochs", 1);
  }

  @Override
  public Block model() {
    return new SequentialBlock()
        .add(convolution(16))
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(convolution(32))
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Blocks.batchFlattenBlock())
        .add(Dropout.builder().optRate(dropout).build())
        .add(Linear.builder().setUnits(64).build())
        .add(Activation.reluBlock())
        .add(Dropout.builder().optRate(dropout).build())
        .add(Linear.builder().setUnits(CLASSES).build());
  }

  private static Block convolution(int filters) {
    return Conv2d.builder()
        .setKernelShape(new Shape(3, 3))
        .setFilters(filters)
        .optPadding(new Shape(1, 1))
        .build();
  }

  @Override
  public Shape input() {
    return new Shape(1).addAll(IMAGE);
  }

  @Override
  public int examples() {
    return training.length;
  }

  /** Moved by up to {@code augment} pixels, if the job sets it. */
  @Override
  public Labelled example(int number, int epoch) {
    int image = training[number];
    SplitMix64 random = new SplitMix64(seeds.example(epoch, number));
    int right = random.nextInt(2 * augment + 1) - augment;
    int down = random.nextInt(2 * augment + 1) - augment;
    return new Labelled(
        DigitImages.moved(images.pixels()[image], right, down), images.labels()[image]);
  }

  @Override
  public Batch batch(NDManager manager, List<Labelled> examples) {
    return Labelled.batch(manager, examples, IMAGE);
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return crossEntropy.evaluate(labels, predictions);
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    List<Labelled> unmoved =
        Arrays.stream(heldOut)
            .mapToObj(image -> new Labelled(images.pixels()[image], images.labels()[image]))
            .toList();
    Batch batch = batch(manager, unmoved);
    NDList predictions = model.apply(batch.data());
    NDArray right = predictions.singletonOrThrow().argMax(1).eq(batch.labels().singletonOrThrow());
    return Map.of(
        "accuracy",
        right.countNonzero().getLong() / (double) heldOut.length,
        "testLoss",
        (double) loss(batch.labels(), predictions).getFloat());
  }

  @Override
  public TrainingGoal goal() {
    return TrainingGoal.highest("accuracy");
  }
}
