package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import baton.worker.segment.TroubleException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A program as a newcomer writes it with nothing but docs/guide/adding-a-program.md: a listener
 * foretells how a tone goes on, and a critic how far off the listener will be, measured by what is
 * usual.
 */
final class Echoes implements MultiNetworkRecipe<float[]> {
  private static final int HEARD = 12;
  private static final int TONES = 120;
  private static final int HELD_OUT = 30;

  private final Seeds seeds;
  private final double hiss;
  private final int hidden;
  private NDArray usual;
  private OwnState.Value calm;

  Echoes(Parameters parameters, Seeds seeds) throws TroubleException {
    this.seeds = seeds;
    hiss = parameters.atLeastZero("hiss", 0.05);
    hidden = parameters.count("hidden", 16);
  }

  @Override
  public Map<String, Object> defaults() {
    return Map.of("batchSize", 20, "learningRate", 0.005, "critic.learningRate", 0.001);
  }

  @Override
  public List<Network> networks() {
    return List.of(
        new Network("listener", network(0), new Shape(1, HEARD), this::surprise),
        new Network("critic", network(0.2f), new Shape(1, HEARD), this::misjudgement));
  }

  private Block network(float dropout) {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(hidden).build())
        .add(Activation.tanhBlock())
        .add(Dropout.builder().optRate(dropout).build())
        .add(Linear.builder().setUnits(1).build());
  }

  @Override
  public void keep(OwnState state) {
    usual = state.tensor("usual", new Shape(1));
    calm = state.number("calm", 1);
  }

  private NDArray surprise(Networks networks, NDManager manager, Batch batch) {
    NDArray error = error(networks, batch).mean();
    usual.muli(0.9f).addi(error.stopGradient().mul(0.1f));
    calm.set(0.5 + 0.5 * calm.get() / (1 + error.getFloat()));
    return error;
  }

  private NDArray misjudgement(Networks networks, NDManager manager, Batch batch) {
    NDArray off = error(networks, batch).stopGradient().div(usual.add(1e-3f));
    NDArray guess = networks.apply("critic", batch.data()).singletonOrThrow();
    return guess.sub(off).square().mean();
  }

  private static NDArray error(Networks networks, Batch batch) {
    NDArray foretold = networks.apply("listener", batch.data()).singletonOrThrow();
    return foretold.sub(batch.labels().singletonOrThrow()).square();
  }

  @Override
  public double rateFactor(String network) {
    return network.equals("listener") ? calm.get() : 1;
  }

  @Override
  public int examples() {
    return TONES;
  }

  @Override
  public float[] example(int number, int epoch) {
    return tone(number, new SplitMix64(seeds.example(epoch, number)));
  }

  private float[] heldOut(int number) {
    return tone(TONES + number, new SplitMix64(seeds.example(-1, TONES + number)));
  }

  private float[] tone(int number, SplitMix64 random) {
    double pitch = 0.2 + 0.6 * new SplitMix64(seeds.split() + number).nextDouble();
    double phase = 2 * StrictMath.PI * random.nextDouble();
    float[] tone = new float[HEARD + 1];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = (float) (StrictMath.sin(phase + pitch * i) + hiss * (random.nextDouble() - 0.5));
    }
    return tone;
  }

  @Override
  public Batch batch(NDManager manager, List<float[]> examples) {
    NDArray all = manager.create(examples.toArray(new float[0][]));
    return new Batch(new NDList(all.get(":, :" + HEARD)), new NDList(all.get(":, " + HEARD + ":")));
  }

  @Override
  public Map<String, Double> evaluate(NDManager manager, Networks networks) {
    Batch test = batch(manager, IntStream.range(0, HELD_OUT).mapToObj(this::heldOut).toList());
    return Map.of("error", (double) error(networks, test).mean().getFloat());
  }

  @Override
  public TrainingGoal goal() {
    return TrainingGoal.lowest("error");
  }
}
