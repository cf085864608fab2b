package baton.programs;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.loss.Loss;
import baton.worker.segment.TroubleException;
import baton.worker.train.MultiNetworkRecipe;
import baton.worker.train.Network;
import baton.worker.train.Networks;
import baton.worker.train.OwnState;
import baton.worker.train.Parameters;
import baton.worker.train.Seeds;
import baton.worker.train.SplitMix64;
import baton.worker.train.TrainingGoal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The program {@code forger}: a generator that forges handwritten digits, and a discriminator that
 * tells them from real ones (Goodfellow and others, 2014). Each has an optimizer of its own, and
 * the discriminator slows down while it wins too easily.
 */
final class Forger implements MultiNetworkRecipe<float[]> {
  private static final String GENERATOR = "generator";
  private static final String DISCRIMINATOR = "discriminator";
  private static final int HELD_OUT_PART = 5;

  /** A label below 1, or a certain discriminator would give the generator no gradient. */
  private static final float REAL = 0.9f;

  /** The average accuracy over the last batches above which the discriminator slows down. */
  private static final double EASY = 0.75;

  private static final double STAYS = 0.95;

  private final DigitImages images = DigitImages.load();
  private final int[] training;
  private final int[] heldOut;
  private final int noise;
  private final int units;
  private final double slowdown;
  private final Loss verdict = Loss.sigmoidBinaryCrossEntropyLoss();
  private OwnState.Value right;

  Forger(Parameters parameters, Seeds seeds) throws TroubleException {
    noise = parameters.count("noise", 16);
    units = parameters.count("units", 96);
    slowdown = parameters.positive("slowdown", 0.25);
    int[] order = new SplitMix64(seeds.split()).permutation(images.labels().length);
    int held = order.length / HELD_OUT_PART;
    heldOut = Arrays.copyOfRange(order, 0, held);
    training = Arrays.copyOfRange(order, held, order.length);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of(
        "learningRate", 0.001, "beta1", 0.5, "ema", 0.99, DISCRIMINATOR + ".learningRate", 0.0005);
  }

  @Override
  public List<Network> networks() {
    return List.of(
        new Network(DISCRIMINATOR, detective(), new Shape(1, DigitImages.PIXELS), this::unmask),
        new Network(GENERATOR, painter(), new Shape(1, noise), this::deceive));
  }

  private Block painter() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(units).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(units).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(DigitImages.PIXELS).build())
        .add(Activation.sigmoidBlock());
  }

  private Block detective() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(units).build())
        .add(Activation.leakyReluBlock(0.2f))
        .add(Dropout.builder().optRate(0.3f).build())
        .add(Linear.builder().setUnits(1).build());
  }

  private NDArray unmask(Networks networks, NDManager manager, Batch batch) {
    NDArray real = networks.apply(DISCRIMINATOR, batch.data()).singletonOrThrow();
    NDList forgeries = forge(networks, manager, real.getShape().get(0));
    NDArray forged = networks.apply(DISCRIMINATOR, forgeries).singletonOrThrow();
    double now = (share(real.gt(0)) + share(forged.lt(0))) / 2;
    right.set(STAYS * right.get() + (1 - STAYS) * now);
    return judged(real, REAL).add(judged(forged, 0)).div(2);
  }

  private NDArray deceive(Networks networks, NDManager manager, Batch batch) {
    NDList forgeries = forge(networks, manager, batch.data().singletonOrThrow().getShape().get(0));
    return judged(networks.apply(DISCRIMINATOR, forgeries).singletonOrThrow(), 1);
  }

  private NDList forge(Networks networks, NDManager manager, long count) {
    return networks.apply(GENERATOR, new NDList(manager.randomNormal(new Shape(count, noise))));
  }

  private NDArray judged(NDArray verdicts, float truth) {
    return verdict.evaluate(new NDList(verdicts.onesLike().mul(truth)), new NDList(verdicts));
  }

  private static double share(NDArray which) {
    return which.countNonzero().getLong() / (double) which.size();
  }

  @Override
  public void keep(OwnState state) {
    right = state.number("right", 0.5);
  }

  @Override
  public double rateFactor(String network) {
    return network.equals(DISCRIMINATOR) && right.get() > EASY ? slowdown : 1;
  }

  @Override
  public int examples() {
    return training.length;
  }

  @Override
  public float[] example(int number, int epoch) {
    return images.pixels()[training[number]];
  }

  @Override
  public Batch batch(NDManager manager, List<float[]> examples) {
    return new Batch(new NDList(manager.create(examples.toArray(new float[0][]))), new NDList());
  }

  /**
   * {@code distance}: between the pixels' means and deviations over forgeries and those over
   * held-out digits; {@code caught} and {@code believed}: the fractions of forged and of held-out
   * digits that the discriminator gets right.
   */
  @Override
  public Map<String, Double> evaluate(NDManager manager, Networks networks) {
    List<float[]> pixels = Arrays.stream(heldOut).mapToObj(i -> images.pixels()[i]).toList();
    NDList real = batch(manager, pixels).data();
    NDList forged = forge(networks, manager, heldOut.length);
    return Map.of(
        "distance", distance(real.singletonOrThrow(), forged.singletonOrThrow()),
        "caught", share(networks.apply(DISCRIMINATOR, forged).singletonOrThrow().lt(0)),
        "believed", share(networks.apply(DISCRIMINATOR, real).singletonOrThrow().gt(0)));
  }

  private static double distance(NDArray real, NDArray forged) {
    NDArray means = real.mean(new int[] {0}).sub(forged.mean(new int[] {0}));
    NDArray spreads = deviation(real).sub(deviation(forged));
    return Math.sqrt(means.square().sum().getFloat() + spreads.square().sum().getFloat());
  }

  private static NDArray deviation(NDArray pixels) {
    return pixels.sub(pixels.mean(new int[] {0})).square().mean(new int[] {0}).sqrt();
  }

  @Override
  public TrainingGoal goal() {
    return TrainingGoal.lowest("distance");
  }
}
