package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * The training loop. Each batch is a pure function of the state and of the position:
 *
 * <ol>
 *   <li>take the batch from the epoch's permutation, which is seeded by (job seed, epoch);
 *   <li>seed the engine's generator from (job seed, epoch, batch);
 *   <li>for one network after the other: forward, loss, backward, and unless more batches belong to
 *       the group, clip and update; a loss that is not a finite number ends the run;
 *   <li>move the position, and free the batch's allocations;
 *   <li>at the end of an epoch, evaluate: the best evaluation so far is part of the state, and
 *       decides whether training ends here.
 * </ol>
 *
 * <p>DJL's {@code EasyTrain} cannot start within an epoch, and its optimizers cannot be saved.
 */
final class DjlRun<E> implements Run {
  private final JobSpec spec;
  private final MultiNetworkRecipe<E> course;
  private final LoopSettings routine;
  private final BatchPlan timetable;
  private final TorchEngine.Session session;
  private final IntConsumer generator;
  private final Seeds seeds;
  private final NDManager manager;
  private final LiveNetworks networks;
  private final TrainingState state;
  private final Loader<E> loader;
  private SnapshotMemory copies;
  private Optional<Measurement> measured = Optional.empty();
  private boolean failed;

  /**
   * Draws the initial weights.
   *
   * @param tunings the tunings of all networks, in training order
   * @param manager owns all the run's arrays; closed by {@link #close}
   * @param generator seeds the engine's generator
   */
  DjlRun(
      JobSpec spec,
      MultiNetworkRecipe<E> course,
      LoopSettings routine,
      LinkedHashMap<Network, Tuning> tunings,
      TorchEngine.Session session,
      NDManager manager,
      IntConsumer generator) {
    this.spec = spec;
    this.course = course;
    this.routine = routine;
    this.timetable = BatchPlan.of(course, routine);
    this.session = session;
    this.generator = generator;
    this.seeds = new Seeds(spec.seed());
    this.manager = manager;
    this.networks = new LiveNetworks(tunings.keySet(), manager);
    generator.accept(engineSeed(seeds.weights()));
    this.state = new TrainingState(spec, course, timetable, tunings, routine.ema(), manager);
    this.loader =
        new Loader<>(spec.program(), course, timetable, seeds, spec.end(), routine.prefetch());
  }

  /** Continues from a checkpoint's files. If called, it is called first. */
  void restore(Path files, Position at) throws TroubleException, IOException {
    state.restore(files, at);
  }

  /** Reserves memory for copies of the state; called last before training begins. */
  void reserveCopies(Memory memory) throws TroubleException {
    copies = SnapshotMemory.reserve(state.arraysAtMost(), memory);
  }

  @Override
  public Position position() {
    return state.position();
  }

  @Override
  public int batchesPerEpoch() {
    return timetable.batchesPerEpoch();
  }

  @Override
  public Step step() throws TroubleException {
    requireAlive();
    if (!spec.end().isAfter(position())) {
      throw new IllegalStateException("the job ends at " + spec.end());
    }
    return guard("training", this::trainBatch);
  }

  private Step trainBatch() throws TroubleException {
    List<E> examples = loader.take(position());
    generator.accept(engineSeed(seeds.batch(position())));
    double loss = 0;
    try (NDManager scope = manager.newSubManager()) {
      MultiNetworkRecipe.Batch made = course.batch(scope, examples);
      MultiNetworkRecipe.Batch batch =
          new MultiNetworkRecipe.Batch(
              LiveNetworks.inEngineMemory(made.data()), LiveNetworks.inEngineMemory(made.labels()));
      for (Network network : state.optimizers().keySet()) {
        loss += learn(network, scope, batch, examples.size());
      }
    }
    state.trained();
    return new Step(position(), loss, position().batch() == 0 ? judge() : Optional.empty());
  }

  private double learn(
      Network network, NDManager scope, MultiNetworkRecipe.Batch batch, int examples)
      throws TroubleException {
    Optimizer optimizer = state.optimizers().get(network);
    boolean accumulates = routine.accumulate() > 1;
    float share = accumulates ? (float) timetable.share(position(), examples) : 1f;
    double loss = requireFinite(whose("loss", network), backward(network, scope, batch, share));
    if (accumulates) {
      optimizer.gather(scope);
    }
    if (!timetable.isWithinGroup(timetable.after(position()))) {
      double factor =
          requireFinite(whose("rate factor", network), course.rateFactor(network.name()));
      requireFinite(whose("norm of the gradients", network), optimizer.update(scope, factor));
    }
    state.lost(network, loss, examples);
    return loss;
  }

  /** Adds the network's name to the name of a value, unless there is only one network. */
  private static String whose(String what, Network network) {
    return network.name().isEmpty() ? what : what + " of the network " + network.name();
  }

  private double backward(
      Network network, NDManager scope, MultiNetworkRecipe.Batch batch, float share) {
    if (networks.areSeveral()) {
      state.weights().learn(network);
    }
    try (GradientCollector collector = session.engine().newGradientCollector()) {
      NDArray loss = network.objective().of(networks.inTraining(), scope, batch);
      collector.backward(share == 1f ? loss : loss.mul(share));
      return loss.getFloat();
    }
  }

  /** Evaluates the finished epoch, and returns the reason if training ends with it. */
  private Optional<String> judge() throws TroubleException {
    Map<String, Double> values = evaluateEpoch();
    state.evaluated(values.get(course.goal().metric()));
    measured = Optional.of(state.measurement(values));
    return spec.end().isAfter(position())
        ? state.best().orElseThrow().reasonToEnd(position().epoch(), routine.patience())
        : Optional.empty();
  }

  @Override
  public Measurement evaluate() throws TroubleException {
    requireAlive();
    if (position().batch() != 0 || position().epoch() == 0) {
      throw new IllegalStateException(
          "a run is evaluated at the end of an epoch, not at " + position());
    }
    if (measured.isEmpty() || !measured.get().position().equals(position())) {
      measured = Optional.of(guard("evaluating", () -> state.measurement(evaluateEpoch())));
    }
    return measured.get();
  }

  private Map<String, Double> evaluateEpoch() throws TroubleException {
    return TrainingFailures.guard(
        "evaluating %s at %s".formatted(spec.program(), position()),
        () -> {
          generator.accept(engineSeed(seeds.evaluation(position().epoch())));
          Map<String, Double> values = new TreeMap<>();
          try (NDManager scope = manager.newSubManager()) {
            values.putAll(course.evaluate(scope, networks.evaluated(state.averages())));
          }
          values.putAll(state.losses());
          for (Map.Entry<String, Double> value : values.entrySet()) {
            requireFinite(value.getKey(), value.getValue());
          }
          if (!values.containsKey(course.goal().metric())) {
            throw new IllegalStateException(
                "the goal is the %s, and what is measured is %s"
                    .formatted(course.goal().describe(), values.keySet()));
          }
          return values;
        });
  }

  @Override
  public Snapshot snapshot() throws TroubleException {
    requireAlive();
    return guard(
        "copying the state of",
        () -> new DjlSnapshot(copies.copy(state.arrays()), state.scalars()));
  }

  @Override
  public int snapshotsAtATime() {
    return copies.places();
  }

  @Override
  public Sha256 architectureHash() {
    return state.weights().architectureHash();
  }

  @Override
  public Map<String, String> numericProfile() {
    return session.numericProfile();
  }

  @Override
  public void close() {
    loader.close();
    manager.close();
    if (copies != null) {
      copies.giveBack();
    }
  }

  /** The engine takes 32 bits; the upper ones of a SplitMix64 hash are as good as any. */
  private static int engineSeed(long seed) {
    return (int) (seed >>> Integer.SIZE);
  }

  private double requireFinite(String what, double value) throws TroubleException {
    return TrainingFailures.requireFinite(
        "%s of %s".formatted(what, spec.program()), value, position());
  }

  private void requireAlive() {
    if (failed) {
      throw new IllegalStateException("the run has failed; begin again from the last checkpoint");
    }
  }

  /** Marks the run as failed on an error, since incomplete gradients may remain. */
  private <T> T guard(String doing, TrainingFailures.Work<T> work) throws TroubleException {
    failed = true;
    T result =
        TrainingFailures.guard("%s %s at %s".formatted(doing, spec.program(), position()), work);
    failed = false;
    return result;
  }
}
