package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state of training, as a checkpoint saves it: weights, optimizer state, averages, the recipe's
 * own state, and a few numbers.
 */
final class TrainingState {
  private final JobSpec spec;
  private final MultiNetworkRecipe<?> course;
  private final BatchPlan timetable;
  private final Weights weights;
  private final Map<Network, Optimizer> optimizers = new LinkedHashMap<>();
  private final Optional<Averages> averages;
  private final OwnState own;
  private final Map<String, Double> lossSums = new TreeMap<>();
  private Optional<Best> best = Optional.empty();
  private Position position = Position.START;
  private long updates;

  /**
   * The state before the first batch; draws the initial weights.
   *
   * @param tunings the tunings of all networks, in training order
   * @param ema see {@link LoopSettings}
   */
  TrainingState(
      JobSpec spec,
      MultiNetworkRecipe<?> course,
      BatchPlan timetable,
      Map<Network, Tuning> tunings,
      double ema,
      NDManager manager) {
    this.spec = spec;
    this.course = course;
    this.timetable = timetable;
    this.weights = new Weights(tunings.keySet(), manager);
    tunings.forEach(
        (network, tuning) ->
            optimizers.put(network, new Optimizer(tuning, weights.trainable(network), manager)));
    this.averages = ema == 0 ? Optional.empty() : Optional.of(new Averages(ema, weights, manager));
    this.own = new OwnState(manager);
    course.keep(own);
  }

  Weights weights() {
    return weights;
  }

  Map<Network, Optimizer> optimizers() {
    return Collections.unmodifiableMap(optimizers);
  }

  Optional<Averages> averages() {
    return averages;
  }

  Position position() {
    return position;
  }

  Optional<Best> best() {
    return best;
  }

  /** All arrays, by file and name. */
  SortedMap<String, SortedMap<String, NDArray>> arrays() {
    SortedMap<String, NDArray> slots = new TreeMap<>();
    optimizers.values().forEach(optimizer -> slots.putAll(optimizer.slots()));
    SortedMap<String, NDArray> extra = new TreeMap<>(own.tensors());
    averages.ifPresent(a -> extra.putAll(a.tensors()));
    return new TreeMap<>(
        Map.of(Weights.FILE, weights.all(), Optimizer.FILE, slots, DjlSnapshot.EXTRA_FILE, extra));
  }

  /** Arrays like those within a group of batches, when the state is largest. */
  SortedMap<String, SortedMap<String, NDArray>> arraysAtMost() {
    SortedMap<String, SortedMap<String, NDArray>> most = arrays();
    if (timetable.accumulate() > 1) {
      optimizers.values().forEach(o -> most.get(Optimizer.FILE).putAll(o.likeGathered()));
    }
    return most;
  }

  RunState scalars() {
    return RunState.of(
        spec.program(), course.version(), position, updates, lossSums, best, own.numbers());
  }

  /** Continues from a checkpoint's files, before anything has been trained. */
  void restore(Path files, Position at) throws TroubleException, IOException {
    for (String name : DjlSnapshot.FILES) {
      if (!Files.exists(files.resolve(name))) {
        throw Tensors.misfit("The checkpoint has no " + name + ".");
      }
    }
    RunState saved = RunState.read(files);
    saved.requireFit(spec.program(), course.version(), at);
    if (at.batch() >= timetable.batchesPerEpoch()) {
      throw Tensors.misfit(
          "An epoch has %d batches, so no checkpoint can be at %s."
              .formatted(timetable.batchesPerEpoch(), at));
    }
    restore(saved);
    for (Map.Entry<String, SortedMap<String, NDArray>> file : arrays().entrySet()) {
      Map<String, Tensor> found = Safetensors.open(files.resolve(file.getKey()));
      Tensors.requireFit(file.getKey(), file.getValue(), found);
      Tensors.load(file.getValue(), found);
    }
  }

  private void restore(RunState saved) throws TroubleException {
    position = saved.position();
    updates = saved.updates();
    saved.lossSums().forEach((name, sum) -> lossSums.put(name, Double.parseDouble(sum)));
    best = saved.best().map(RunState.BestText::toBest);
    if (best.isPresent() && !best.get().goal().equals(course.goal())) {
      throw Tensors.misfit(
          "The best epoch of the checkpoint is that of the %s, and the program's that of the %s."
              .formatted(best.get().goal().describe(), course.goal().describe()));
    }
    own.restore(saved.own());
    boolean withinGroup = timetable.isWithinGroup(position);
    optimizers.values().forEach(optimizer -> optimizer.resume(updates, withinGroup));
  }

  /** Records the loss of a network for the batch that begins at the current position. */
  void lost(Network network, double loss, int examples) {
    double before = position.batch() == 0 ? 0 : lossSums.get(network.lossName());
    lossSums.put(network.lossName(), before + loss * examples);
  }

  /** Moves the position: all networks have learned from that batch. */
  void trained() {
    Position after = timetable.after(position);
    if (!timetable.isWithinGroup(after)) {
      updates++;
      averages.ifPresent(a -> a.follow(updates));
    }
    position = after;
  }

  /** The mean losses of the finished epoch, by the names of their metrics. */
  Map<String, Double> losses() {
    Map<String, Double> losses = new TreeMap<>();
    lossSums.forEach((name, sum) -> losses.put(name, sum / timetable.examples()));
    losses.put(TrainingGoal.LOSS, losses.values().stream().mapToDouble(loss -> loss).sum());
    return losses;
  }

  /** Records the evaluation of the finished epoch. */
  void evaluated(double value) {
    int epochs = position.epoch();
    best =
        Optional.of(
            best.map(b -> b.or(value, epochs))
                .orElseGet(() -> new Best(course.goal(), value, epochs)));
  }

  /** A measurement of these values and the best so far. */
  Measurement measurement(Map<String, Double> values) {
    Map<String, Double> all = new TreeMap<>(values);
    best.ifPresent(
        b -> {
          all.put(b.goal().bestName(), b.value());
          all.put(b.goal().epochName(), (double) b.epoch());
        });
    return new Measurement(position, all);
  }
}
