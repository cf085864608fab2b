package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.relay.StoreRecovery;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One simulation: jobs, workers, coordinators and their faults, all from a seed. */
final class World {
  static final Sha256 ARCHITECTURE = Sha256.ofText("simulated");

  final Agenda agenda = new Agenda();
  final Core core;
  final Chance chance;
  final Scenario scenario;
  final FaultProfile weather;
  final SessionPacing pace;
  final SimulatedWatcher watcher;
  final Referee referee;
  final Blobs blobs;
  final WallClock clock;
  final SimulatedDatabase database;
  final SimulatedCluster cluster;
  final SimulatedNetwork network;

  private static final Duration SUBMITTED_AGAIN_AFTER = Duration.ofSeconds(5);

  private SimulatedDatabase.Backup lately;
  private final List<SimulatedProcess> workers = new ArrayList<>();
  private final List<SimulatedDatabase.Backup> backups = new ArrayList<>();
  private long lookedAt;
  private boolean over;
  private int steps;

  World(long seed, Core core, Scenario scenario, SimulatedWatcher watcher) {
    this.core = core;
    this.chance = new Chance(seed);
    this.scenario = scenario;
    this.weather = scenario.weather();
    this.pace = scenario.pace();
    this.watcher = watcher;
    this.clock = new WallClock(agenda);
    this.referee = new Referee(agenda::now, clock::instant);
    this.blobs = new Blobs(Scenario.STORE, referee);
    this.database = new SimulatedDatabase(agenda, core, referee);
    this.referee.watch(blobs, database);
    this.lately = database.backup();
    this.cluster = new SimulatedCluster(this, chance.split(), scenario.cluster().members());
    this.network = new SimulatedNetwork(agenda, chance.split(), weather, cluster, this::isCalm);
    scenario.machines().forEach(machine -> workers.add(new SimulatedProcess(this, machine)));
  }

  /** The result of a simulation: the number of events, and how long it took in virtual time. */
  record Result(int steps, Duration took) {}

  /** Plays the scenario drawn from a seed; throws {@link RuleBroken} if a rule does not hold. */
  static Result play(long seed, Core core) {
    return new World(seed, core, Scenario.drawnFrom(seed), SimulatedWatcher.NONE).run();
  }

  Result run() {
    cluster.members().forEach(CoordinatorProcess::start);
    for (JobSpec spec : scenario.jobs()) {
      submit(spec);
      referee.expect(idOf(spec), spec.seed(), spec.epochs(), pace.batchesPerEpoch());
    }
    for (SimulatedProcess worker : workers) {
      worker.machine.firstBoot().ifPresent(boot -> agenda.after(boot, worker::boot));
    }
    new FaultInjector(this, chance.split()).begin();
    while (!isOver() && agenda.step()) {
      steps++;
      referee
          .broken()
          .ifPresent(
              broken -> {
                throw broken;
              });
      if (agenda.now().compareTo(scenario.horizon()) > 0) {
        referee.broke("liveness", "not over after " + scenario.horizon() + ": " + unfinished());
      }
    }
    return new Result(steps, agenda.now());
  }

  private String unfinished() {
    return referee.unfinished().stream()
        .map(job -> "%s %s at %s".formatted(job.spec().name(), job.state(), job.position()))
        .collect(Collectors.joining(", "));
  }

  private boolean isOver() {
    if (database.changes() != lookedAt) {
      lookedAt = database.changes();
      int jobs = scenario.jobs().size();
      over = database.newest(jobs).size() == jobs && referee.unfinished().isEmpty();
    }
    return over;
  }

  // Called by the other parts.

  JobId idOf(JobSpec spec) {
    return new JobId(spec.name());
  }

  boolean isCalm() {
    return agenda.now().compareTo(weather.untilCalm()) >= 0;
  }

  boolean storeFails() {
    return !isCalm() && chance.happens(weather.storeFailure());
  }

  boolean hangs() {
    return !isCalm() && chance.happens(weather.hang());
  }

  /** Whether this machine lacks the memory for the program. */
  boolean isTooSmall(SimulatedProcess worker) {
    return !isCalm() && worker.machine.device().equals("small") && weather.storeFailure() > 0;
  }

  /** Whether the program fails here, in some sessions and not in others. */
  boolean isPoisoned(SimulatedProcess worker, Position position) {
    return scenario.poisoned()
        && !isCalm()
        && position.equals(new Position(1, 1))
        && worker.sessionId().value().hashCode() % 2 == 0;
  }

  /** The length of a session that begins now, if the session knows it. */
  Optional<Duration> knownLength(Chance of) {
    return weather.planned() > 0 && isCalm()
        ? Optional.empty()
        : scenario.sessions().knownLength().apply(of);
  }

  void sessionEnded(SimulatedProcess worker, String why) {
    watcher.sessionEnded(worker, why);
    scenario
        .sessions()
        .untilNext()
        .apply(chance)
        .ifPresent(pause -> agenda.after(pause, worker::boot));
  }

  // Faults and people.

  List<SimulatedProcess> workers() {
    return workers;
  }

  void backUp() {
    backups.add(database.backup());
  }

  /** Restores an earlier state of the database and takes up every job from there (R2). */
  void restoreBackup() {
    if (!backups.isEmpty()) {
      cluster.running().forEach(CoordinatorProcess::kill);
      long replaced =
          database.newest(Integer.MAX_VALUE).stream()
              .mapToLong(job -> job.fence().incarnation())
              .max()
              .orElse(0);
      database.restore(chance.oneOf(backups));
      referee.backupRestored();
      new StoreRecovery(
              database,
              blobs.seenByCoordinator(true, () -> false, () -> {}),
              clock,
              StoreRecovery.Wishes.NONE)
          .adopt(List.of(blobs.contents()), replaced);
      cluster.members().forEach(CoordinatorProcess::startUnlessUp);
    }
  }

  /** Only a sabotaged database loses data in a crash. */
  void coordinatorKilled() {
    if (core.forgetsInCrash() && cluster.running().isEmpty()) {
      database.restore(lately);
    }
  }

  void coordinatorTicked() {
    if (core.forgetsInCrash() && agenda.now().toSeconds() % 20 == 0) {
      lately = database.backup();
    }
  }

  /** Submits a job again and again until it exists: a request may be lost. */
  private void submit(JobSpec spec) {
    if (database.findByName(spec.name()).isEmpty()) {
      cluster.running().stream()
          .findFirst()
          .ifPresent(member -> member.relay().submit(spec, Optional.of(idOf(spec))));
      agenda.after(SUBMITTED_AGAIN_AFTER, () -> submit(spec));
    }
  }

  /** Corrupts a file of some head. */
  void rot() {
    List<Checkpoint> heads = database.open().stream().flatMap(job -> job.head().stream()).toList();
    if (!heads.isEmpty()) {
      blobs.corrupt(chance.oneOf(heads));
    }
  }

  /** A person looks after the jobs: resumes paused and failed ones, and now and then pauses one. */
  void lookAfterJobs() {
    List<CoordinatorProcess> running = cluster.running();
    if (running.isEmpty()) {
      return;
    }
    CoordinatorProcess coordinator = chance.oneOf(running);
    for (Job job : database.newest(Integer.MAX_VALUE)) {
      boolean stands = job.state() == JobState.PAUSED || job.state() == JobState.FAILED;
      if (stands && !job.hasNothingLeft()) {
        coordinator.relay().resume(job.id(), chance.happens(0.7), Optional.empty());
      } else if (!isCalm() && !job.state().isOver() && chance.happens(0.03)) {
        coordinator.relay().pause(job.id());
      }
    }
  }
}
