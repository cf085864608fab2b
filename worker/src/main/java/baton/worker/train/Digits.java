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
import ai.djl.nn.pooling.Pool;
import ai.djl.training.loss.Loss;
import baton.worker.segment.TroubleException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The program {@code digits}: a small convolutional network that reads handwritten digits. A fifth
 * of the images, drawn by the job's seed, is held out.
 */
final class Digits implements Recipe {
  private static final int CLASSES = 10;
  private static final int HELD_OUT_PART = 5;

  private final DigitImages images = DigitImages.load();
  private final int[] training;
  private final int[] heldOut;
  private final float dropout;
  private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();

  Digits(Parameters parameters, Seeds seeds) throws TroubleException {
    dropout = (float) parameters.fraction("dropout", 0.3);
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
    return new Shape(1, 1, DigitImages.SIDE, DigitImages.SIDE);
  }

  @Override
  public int examples() {
    return training.length;
  }

  @Override
  public Batch batch(NDManager manager, int[] examples, int epoch) {
    return take(manager, Arrays.stream(examples).map(example -> training[example]).toArray());
  }

  @Override
  public NDArray loss(NDList labels, NDList predictions) {
    return crossEntropy.evaluate(labels, predictions);
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
    Batch batch = take(manager, heldOut);
    NDList predictions = model.apply(batch.data());
    NDArray right = predictions.singletonOrThrow().argMax(1).eq(batch.labels().singletonOrThrow());
    return Map.of(
        "accuracy",
        right.countNonzero().getLong() / (double) heldOut.length,
        "testLoss",
        (double) loss(batch.labels(), predictions).getFloat());
  }

  private Batch take(NDManager manager, int[] chosen) {
    float[] pixels = new float[chosen.length * DigitImages.PIXELS];
    long[] labels = new long[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(
          images.pixels()[chosen[i]], 0, pixels, i * DigitImages.PIXELS, DigitImages.PIXELS);
      labels[i] = images.labels()[chosen[i]];
    }
    Shape shape = new Shape(chosen.length, 1, DigitImages.SIDE, DigitImages.SIDE);
    return new Batch(new NDList(manager.create(pixels, shape)), new NDList(manager.create(labels)));
  }
}
