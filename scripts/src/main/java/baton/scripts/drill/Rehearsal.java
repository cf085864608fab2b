package baton.scripts.drill;

import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.message.CheckpointView;
import baton.scripts.process.Site;
import baton.scripts.process.SiteFailure;
import baton.scripts.relay.Cuts;
import baton.scripts.relay.Plan;
import baton.scripts.relay.Race;
import baton.scripts.relay.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two runs of a drill, and what is known of them afterwards.
 *
 * <ol>
 *   <li>Unbroken: saved every few batches, left after the first save beyond enough batches.
 *   <li>Relayed: killed at a batch that is drawn, once there is something to go on from; trained to
 *       where the first was left.
 *   <li>Every checkpoint that both have is compared, and every batch.
 * </ol>
 */
final class Rehearsal {
  static final int FEWEST_BATCHES = 4;
  private static final Duration PACE = Duration.ofMillis(60);

  /** Slower each time: on a busy machine a save may take as long as many batches. */
  private static final List<Duration> PACES =
      List.of(PACE, PACE.multipliedBy(5), PACE.multipliedBy(25));

  private static final int SAVE_EVERY = 5;
  private static final int EPOCHS_OF_FOREIGN_LOOP = 4;

  /**
   * Where it is held.
   *
   * @param store a directory that all processes see
   * @param folder for other files
   */
  record Ground(Site site, Path store, Path folder, int threads, String device) {}

  private final Subject subject;
  private final Ground ground;
  private final int batches;
  private final DrillBar bar;
  private final long begun = System.nanoTime();
  private int runs;

  Rehearsal(Subject subject, Ground ground, int batches, DrillBar bar) {
    this.subject = subject;
    this.ground = ground;
    this.batches = batches;
    this.bar = bar;
  }

  /** Holds it; {@code seed} draws where the worker is killed. */
  Report hold(long seed) throws IOException {
    Cadence cadence = new Cadence(SAVE_EVERY, Cadence.Unit.BATCHES);
    Plan.Until enough = new Plan.Until(batches, Optional.empty());
    Plan plan = new Plan(cadence, List.of(), Plan.Committed.NOTHING, Optional.of(enough), PACE);
    Run unbroken = run("unbroken", subject, plan);
    if (unbroken.result.reached().stream().noneMatch(Cuts::isMidEpoch)) {
      return holdByEpochs(seed);
    }
    return hold(seed, subject, cadence, unbroken);
  }

  /** A loop that is not ours is saved at the ends of epochs, and counts each as a batch. */
  private Report holdByEpochs(long seed) throws IOException {
    Subject longer =
        new Subject(
            subject.program(),
            subject.command(),
            subject.parameters(),
            Math.max(EPOCHS_OF_FOREIGN_LOOP, subject.epochs()),
            subject.seed());
    Run unbroken = run("by-epochs", longer, Plan.unbroken());
    return hold(seed, longer, Cadence.EVERY_EPOCH, unbroken);
  }

  private Report hold(long seed, Subject drilled, Cadence cadence, Run unbroken)
      throws IOException {
    List<Position> reached = unbroken.result.reached();
    if (reached.size() < FEWEST_BATCHES) {
      throw new SiteFailure(
          "it ended after %d batches, too few to be killed among them; give --epochs"
              .formatted(reached.size()));
    }
    Position end = unbroken.result.job().head().position();
    int first = Math.min(cadence.every(), reached.size() / 2);
    int last = Math.max(first + 1, (int) (reached.size() * 0.7));
    Position cut = reached.get(new SplittableRandom(seed).nextInt(first, last));
    for (Duration pace : PACES) {
      Plan plan =
          new Plan(
              cadence,
              List.of(cut),
              Plan.Committed.ANYTHING,
              Optional.of(new Plan.Until(0, Optional.of(end))),
              pace);
      Run relayed = run("relayed", drilled, plan);
      List<StateComparison> states = states(unbroken.result, relayed.result);
      if (isTelling(relayed.result, states)) {
        return report(unbroken, relayed, states);
      }
    }
    throw new SiteFailure(
        "it ended before it could be killed after a save; give --epochs or --batches");
  }

  /** Whether a worker was killed, and something was saved after another one went on. */
  private static boolean isTelling(Race.Result relayed, List<StateComparison> states) {
    return !relayed.restored().isEmpty()
        && states.stream().anyMatch(state -> state.at().isAfter(relayed.restored().get(0)));
  }

  private Report report(Run unbroken, Run relayed, List<StateComparison> states) {
    Diagnosis.Evidence evidence =
        new Diagnosis.Evidence(unbroken.legs.get(0), relayed.legs, states);
    return new Report(
        subject.program(),
        subject.command().isPresent(),
        evidence,
        relayed.result.killed().get(0),
        relayed.result.restored().get(0),
        (System.nanoTime() - begun) / 1_000_000_000L);
  }

  private record Run(Race.Result result, List<Leg> legs) {}

  private Run run(String run, Subject trained, Plan plan) throws IOException {
    bar.begins(run, batches);
    String name = run + "-" + ++runs;
    List<Path> traces = new ArrayList<>();
    List<Integer> begins = new ArrayList<>();
    AtomicInteger reports = new AtomicInteger();
    Race.Result result =
        Race.run(
            ground.site(),
            "drill-" + name,
            trained,
            plan,
            number -> {
              Path trace = ground.folder().resolve("trace-%s-%d".formatted(name, number));
              traces.add(trace);
              begins.add(reports.get());
              return trained.worker(
                  ground.threads(),
                  ground.device(),
                  ground.store(),
                  Map.of("BATON_TRACE", trace.toString()));
            },
            said ->
                said.position()
                    .ifPresent(at -> bar.reaches(reports.incrementAndGet(), at.toString())));
    begins.add(result.reached().size());
    List<Leg> legs = new ArrayList<>();
    for (int i = 0; i < traces.size(); i++) {
      Optional<Leg> traced = TraceFile.read(traces.get(i));
      legs.add(
          traced.isPresent() ? traced.get() : ofReports(result, begins.get(i), begins.get(i + 1)));
    }
    return new Run(result, legs);
  }

  /** What a program that writes no trace is known by: its worker's reports. */
  private static Leg ofReports(Race.Result result, int from, int to) {
    List<Leg.Step> steps = new ArrayList<>();
    for (int i = from; i < to; i++) {
      steps.add(
          new Leg.Step(
              result.reached().get(i),
              Optional.empty(),
              Map.of(),
              Optional.of(result.losses().get(i).toString())));
    }
    return new Leg(steps, List.of());
  }

  private List<StateComparison> states(Race.Result unbroken, Race.Result relayed)
      throws IOException {
    Map<Position, CheckpointView> mine = checkpoints(unbroken.job().id());
    Map<Position, CheckpointView> theirs = checkpoints(relayed.job().id());
    mine.keySet().retainAll(theirs.keySet());
    List<StateComparison> states = new ArrayList<>();
    for (Map.Entry<Position, CheckpointView> entry : mine.entrySet()) {
      states.add(
          StateComparison.of(
              entry.getKey(),
              ground.store(),
              entry.getValue().checkpoint().folder(),
              theirs.get(entry.getKey()).checkpoint().folder()));
    }
    return states;
  }

  private Map<Position, CheckpointView> checkpoints(JobId job) {
    Map<Position, CheckpointView> byPosition = new TreeMap<>();
    ground
        .site()
        .ask("viewer", client -> client.checkpoints(job))
        .forEach(view -> byPosition.put(view.checkpoint().position(), view));
    return byPosition;
  }
}
