package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Safetensors;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * The training loop. Each batch is a pure function of the state and of the position:
 *
 * <ol>
 *   <li>seed the engine's generator from (job seed, epoch, batch);
 *   <li>take the batch from the epoch's permutation, itself seeded by (job seed, epoch);
 *   <li>forward, loss, backward; a loss that is not a finite number ends the run;
 *   <li>clip, update, move the position, and free what the batch has allocated.
 * </ol>
 *
 * <p>DJL's {@code EasyTrain} cannot begin within an epoch, and its optimizers cannot be saved.
 */
final class DjlRun implements Run {
  private final JobSpec spec;
  private final Recipe recipe;
  private final Tuning tuning;
  private final TorchEngine.Session session;
  private final IntConsumer generator;
  private final Seeds seeds;
  private final NDManager manager;
  private final Block model;
  private final ParameterStore store;
  private final Weights weights;
  private Optimizer optimizer;
  private SnapshotMemory copies;
  private Position position = Position.START;
  private double lossSum;
  private int sampledEpoch = -1;
  private Sampler sampler;
  private boolean failed;

  /**
   * Draws the first weights.
   *
   * @param manager of all the run's arrays; closed by {@link #close}
   * @param generator seeds the engine's generator
   */
  DjlRun(
      JobSpec spec,
      Recipe recipe,
      Tuning tuning,
      TorchEngine.Session session,
      NDManager manager,
      IntConsumer generator) {
    this.spec = spec;
    this.recipe = recipe;
    this.tuning = tuning;
    this.session = session;
    this.generator = generator;
    this.seeds = new Seeds(spec.seed());
    this.manager = manager;
    this.store = new ParameterStore(manager, false);
    this.model = recipe.model();
    generator.accept(engineSeed(seeds.weights()));
    this.weights = new Weights(model, manager, recipe.input());
    this.optimizer = new Optimizer(tuning, weights.trainable(), manager);
  }

  /** Continues from a checkpoint's files; the first thing done with a run, if at all. */
  void restore(Path files, Position at) throws TroubleException, IOException {
    for (String name : DjlSnapshot.FILES) {
      if (!Files.exists(files.resolve(name))) {
        throw Tensors.misfit("The checkpoint has no " + name + ".");
      }
    }
    RunState state = RunState.read(files);
    state.requireFit(spec.program(), recipe.version(), at);
    if (at.batch() >= batchesPerEpoch()) {
      throw Tensors.misfit(
          "An epoch has %d batches, so no checkpoint can be at %s."
              .formatted(batchesPerEpoch(), at));
    }
    weights.restore(Safetensors.open(files.resolve(Weights.FILE)));
    optimizer = new Optimizer(tuning, weights.trainable(), manager);
    optimizer.restore(Safetensors.open(files.resolve(Optimizer.FILE)), state.updates());
    position = at;
    lossSum = state.lossSumValue();
  }

  /** Reserves the room for copies of the state; the last thing done before training begins. */
  void reserveCopies(Memory memory) throws TroubleException {
    copies = SnapshotMemory.reserve(arrays(), memory);
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public int batchesPerEpoch() {
    return Sampler.batches(recipe.examples(), tuning.batchSize());
  }

  @Override
  public Step step() throws TroubleException {
    requireAlive();
    if (!spec.end().isAfter(position)) {
      throw new IllegalStateException("the job ends at " + spec.end());
    }
    return guard("training", this::trainBatch);
  }

  private Step trainBatch() throws TroubleException {
    int[] examples = sampler().batch(position.batch());
    generator.accept(engineSeed(seeds.batch(position)));
    try (NDManager scope = manager.newSubManager()) {
      double loss = requireFinite("loss", backward(scope, examples));
      requireFinite("norm of the gradients", optimizer.update(scope));
      lossSum = (position.batch() == 0 ? 0 : lossSum) + loss * examples.length;
      position =
          position.batch() + 1 == batchesPerEpoch()
              ? Position.ofEpochs(position.epoch() + 1)
              : new Position(position.epoch(), position.batch() + 1);
      return new Step(position, loss, Optional.empty());
    }
  }

  private double backward(NDManager scope, int[] examples) {
    Recipe.Batch batch = recipe.batch(scope, examples, position.epoch());
    NDList data = inEngineMemory(batch.data());
    NDList labels = inEngineMemory(batch.labels());
    try (GradientCollector collector = session.engine().newGradientCollector()) {
      NDList predictions = model.forward(store, data, true);
      NDArray loss = recipe.loss(labels, predictions);
      collector.backward(loss);
      return loss.getFloat();
    }
  }

  @Override
  public Measurement evaluate() throws TroubleException {
    requireAlive();
    if (position.batch() != 0 || position.epoch() == 0) {
      throw new IllegalStateException(
          "a run is evaluated at the end of an epoch, not at " + position);
    }
    return guard(
        "evaluating",
        () -> {
          Map<String, Double> values = new TreeMap<>();
          try (NDManager scope = manager.newSubManager()) {
            values.putAll(
                recipe.evaluate(scope, data -> model.forward(store, inEngineMemory(data), false)));
          }
          values.put("loss", lossSum / recipe.examples());
          for (Map.Entry<String, Double> value : values.entrySet()) {
            requireFinite(value.getKey(), value.getValue());
          }
          return new Measurement(position, values);
        });
  }

  @Override
  public Snapshot snapshot() throws TroubleException {
    requireAlive();
    return guard(
        "copying the state of",
        () ->
            new DjlSnapshot(
                copies.copy(arrays()),
                new RunState(
                    spec.program(), recipe.version(), position, optimizer.updates(), lossSum)));
  }

  @Override
  public int snapshotsAtATime() {
    return copies.places();
  }

  /** All arrays of the state, by file and name. */
  private SortedMap<String, SortedMap<String, NDArray>> arrays() {
    return new TreeMap<>(
        Map.of(
            Weights.FILE, weights.all(),
            Optimizer.FILE, optimizer.slots(),
            DjlSnapshot.EXTRA_FILE, Collections.emptySortedMap()));
  }

  @Override
  public Sha256 architectureHash() {
    return weights.architectureHash();
  }

  @Override
  public Map<String, String> numericProfile() {
    return session.numericProfile();
  }

  @Override
  public void close() {
    manager.close();
    if (copies != null) {
      copies.giveBack();
    }
  }

  private Sampler sampler() {
    if (sampledEpoch != position.epoch()) {
      sampledEpoch = position.epoch();
      sampler = new Sampler(recipe.examples(), tuning.batchSize(), seeds.order(sampledEpoch));
    }
    return sampler;
  }

  /** Copies arrays made from Java buffers to where the engine aligns them, as in Tensors.load. */
  private static NDList inEngineMemory(NDList arrays) {
    NDList copies = new NDList();
    arrays.forEach(array -> copies.add(array.duplicate()));
    return copies;
  }

  /** The engine takes 32 bits; the upper ones of a SplitMix64 hash are as good as any. */
  private static int engineSeed(long seed) {
    return (int) (seed >>> Integer.SIZE);
  }

  private double requireFinite(String what, double value) throws TroubleException {
    if (Double.isFinite(value)) {
      return value;
    }
    throw new TroubleException(
        Trouble.program(
            "The %s of %s is %s at %s.".formatted(what, spec.program(), value, position),
            "Submit the job again with a smaller learningRate, with clipNorm, or with cleaner"
                + " data."));
  }

  private void requireAlive() {
    if (failed) {
      throw new IllegalStateException("the run has failed; begin again from the last checkpoint");
    }
  }

  /** After an error half-made gradients may remain, so the run is not used again. */
  private <T> T guard(String doing, Troubles.Work<T> work) throws TroubleException {
    failed = true;
    T result = Troubles.guard("%s %s at %s".formatted(doing, spec.program(), position), work);
    failed = false;
    return result;
  }
}
