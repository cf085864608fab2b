package baton.cli.drill;

import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.WorkerProcess;
import baton.cli.relay.Cuts;
import baton.cli.relay.Plan;
import baton.cli.relay.RelayRun;
import baton.cli.relay.Subject;
import baton.protocol.Cadence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.message.CheckpointView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes the two runs of a drill and compares them.
 *
 * <ol>
 *   <li>The unbroken run is saved every few batches and at the ends of epochs, which end early; it
 *       is stopped after the first save beyond enough batches.
 *   <li>The relay's workers are killed as {@link DrillKills} plans, and it is trained to where the
 *       first run was stopped.
 *   <li>Every checkpoint, batch and metric that both runs have is compared.
 * </ol>
 */
final class Rehearsal {
  static final int FEWEST_BATCHES = 4;
  private static final Duration PACE = Duration.ofMillis(60);

  /**
   * The least time per batch, longer with each try: on a busy machine a save may take as long as
   * many batches.
   */
  private static final List<Duration> PACES =
      List.of(PACE, PACE.multipliedBy(5), PACE.multipliedBy(25));

  private static final int SAVE_EVERY = 5;
  private static final int FEWEST_IN_AN_EPOCH = 6;
  private static final int EPOCHS_OF_FOREIGN_LOOP = 4;

  /**
   * The environment of a drill.
   *
   * @param store the directory of the store
   * @param folder a folder for other files
   * @param workspace what each run gets a copy of; empty if the program is a class in the worker
   */
  record Ground(
      Site site,
      Path store,
      Path folder,
      Optional<Workspace> workspace,
      int threads,
      String device) {}

  private final Subject subject;
  private final Ground ground;
  private final int batches;
  private final Duration longestSilence;
  private final DrillBar bar;
  private final long begun = System.nanoTime();
  private int runs;

  Rehearsal(Subject subject, Ground ground, int batches, Duration longestSilence, DrillBar bar) {
    this.subject = subject;
    this.ground = ground;
    this.batches = batches;
    this.longestSilence = longestSilence;
    this.bar = bar;
  }

  /** Runs the drill; {@code seed} decides where workers are killed. */
  DrillReport hold(long seed) throws IOException {
    Cadence cadence = new Cadence(SAVE_EVERY, Cadence.Unit.BATCHES);
    Run unbroken = unbroken(cadence, PACES.get(0));
    for (Duration pace : PACES.subList(1, PACES.size())) {
      if (unbroken.lacksWithin()) {
        // If steps are rare or epochs short, every step must be saved for one to lie within an
        // epoch.
        cadence = new Cadence(1, Cadence.Unit.BATCHES);
      } else if (!unbroken.lacksEnds()) {
        break;
      }
      unbroken = unbroken(cadence, pace);
    }
    return unbroken.reached().anyMatch(Cuts::isMidEpoch)
        ? hold(seed, subject, cadence, unbroken)
        : holdByEpochs(seed);
  }

  private Run unbroken(Cadence cadence, Duration pace) throws IOException {
    Plan.Until enough = new Plan.Until(batches, Optional.empty());
    return run(
        "unbroken",
        subject,
        new Plan(cadence, List.of(), Optional.of(enough), pace, longestSilence));
  }

  /**
   * The drill for a loop that is saved only at the ends of epochs, each of which counts as a batch.
   */
  private DrillReport holdByEpochs(long seed) throws IOException {
    Subject longer =
        new Subject(
            subject.program(),
            subject.command(),
            subject.jars(),
            subject.parameters(),
            Math.max(EPOCHS_OF_FOREIGN_LOOP, subject.epochs()),
            subject.seed());
    Run unbroken = run("by-epochs", longer, Plan.unbroken().silentFor(longestSilence));
    return hold(seed, longer, Cadence.EVERY_EPOCH, unbroken);
  }

  private DrillReport hold(long seed, Subject drilled, Cadence cadence, Run unbroken)
      throws IOException {
    if (unbroken.result.reached().size() < FEWEST_BATCHES) {
      throw new SiteFailure(
          "it ended after %d batches, too few to be killed among them; give --epochs"
              .formatted(unbroken.result.reached().size()));
    }
    Position end = unbroken.result.job().head().position();
    DrillKills kills =
        DrillKills.drawn(
            seed,
            unbroken.result.reached(),
            unbroken.saved.keySet().stream().filter(end::isAfter).toList());
    Run relayed = null;
    for (Duration pace : PACES) {
      Plan.Until there = new Plan.Until(1, Optional.of(end));
      relayed =
          run(
              "relayed",
              drilled,
              new Plan(cadence, kills.kills(), Optional.of(there), pace, longestSilence));
      if (kills.areDone(relayed.result.restored())) {
        break;
      }
    }
    List<StateComparison> states = states(unbroken, relayed);
    if (!isTelling(relayed.result, states)) {
      throw new SiteFailure(
          "it ended before it could be killed after a save; give --epochs or --batches");
    }
    return report(unbroken, relayed, kills, states);
  }

  /** Whether a worker was killed, and the next one saved something. */
  private static boolean isTelling(RelayRun.Result relayed, List<StateComparison> states) {
    return !relayed.restored().isEmpty()
        && states.stream().anyMatch(state -> state.at().isAfter(relayed.restored().get(0)));
  }

  private DrillReport report(
      Run unbroken, Run relayed, DrillKills kills, List<StateComparison> states) {
    DrillEvidence evidence =
        new DrillEvidence(
            unbroken.legs.get(0), relayed.legs, states, unbroken.end(), relayed.end());
    return new DrillReport(
        subject.program(),
        subject.command().isPresent(),
        evidence,
        relayed.result.killed(),
        relayed.result.restored(),
        kills.lacking(),
        (System.nanoTime() - begun) / 1_000_000_000L);
  }

  /**
   * One of the two runs.
   *
   * @param saved the folders of its checkpoints, by position
   */
  private record Run(RelayRun.Result result, List<Leg> legs, Map<Position, String> saved) {
    /** Whether it has steps within epochs, but none of them was saved. */
    boolean lacksWithin() {
      return reached().anyMatch(Cuts::isMidEpoch)
          && saved.keySet().stream().noneMatch(Cuts::isMidEpoch);
    }

    /**
     * Whether the end of some epoch was not saved, because a waiting snapshot is replaced by the
     * next.
     */
    boolean lacksEnds() {
      Position end = result.job().head().position();
      return reached()
          .anyMatch(at -> !Cuts.isMidEpoch(at) && end.isAfter(at) && !saved.containsKey(at));
    }

    Stream<Position> reached() {
      return result.reached().stream();
    }

    Optional<Position> end() {
      return result.isComplete() ? Optional.of(result.job().head().position()) : Optional.empty();
    }
  }

  private Run run(String run, Subject trained, Plan plan) throws IOException {
    bar.begins(run, batches);
    String name = run + "-" + ++runs;
    Traces traces = new Traces(ground.folder().resolve("traces-" + name));
    Optional<Workspace.Copy> copy = copy(name);
    Subject placed = copy.map(c -> trained.runBy(c.command())).orElse(trained);
    RelayRun.Result result =
        RelayRun.run(
            ground.site(),
            "drill-" + name,
            placed,
            plan,
            number -> {
              WorkerProcess.Start start =
                  placed.worker(
                      ground.threads(),
                      ground.device(),
                      ground.store(),
                      Map.of(
                          "BATON_TRACE", traces.next().toString(),
                          "BATON_DRILL_BATCHES", Integer.toString(batchesOfAnEpoch())));
              return copy.map(c -> start.in(c.directory())).orElse(start);
            },
            said -> said.position().ifPresent(at -> bar.reaches(traces.report(), at.toString())));
    return new Run(result, traces.legs(result), checkpoints(result.job().id()));
  }

  private Optional<Workspace.Copy> copy(String name) throws IOException {
    return ground.workspace().isEmpty()
        ? Optional.empty()
        : Optional.of(ground.workspace().get().copy(ground.folder().resolve("work-" + name)));
  }

  /** The number of batches per epoch, so small that later epochs are reached within the drill. */
  private int batchesOfAnEpoch() {
    return Math.max(FEWEST_IN_AN_EPOCH, batches / subject.epochs());
  }

  private List<StateComparison> states(Run unbroken, Run relayed) throws IOException {
    List<StateComparison> states = new ArrayList<>();
    for (Map.Entry<Position, String> mine : unbroken.saved.entrySet()) {
      String theirs = relayed.saved.get(mine.getKey());
      if (theirs != null) {
        states.add(StateComparison.of(mine.getKey(), ground.store(), mine.getValue(), theirs));
      }
    }
    return states;
  }

  private Map<Position, String> checkpoints(JobId job) {
    Map<Position, String> byPosition = new TreeMap<>();
    ground
        .site()
        .ask("viewer", client -> client.checkpoints(job))
        .forEach(
            (CheckpointView view) ->
                byPosition.put(view.checkpoint().position(), view.checkpoint().folder()));
    return byPosition;
  }
}
