package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** One simulation: jobs, workers, a coordinator, and the weather they live in, all from a seed. */
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
  final CoordinatorProcess coordinator;
  final SimulatedNetwork network;

  private final SimulatedDatabase database = new SimulatedDatabase();
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
    AtomicReference<Clock> wall = new AtomicReference<>();
    this.referee = new Referee(agenda::now, () -> wall.get().instant());
    this.blobs = new Blobs(Scenario.STORE, referee);
    this.coordinator =
        new CoordinatorProcess(
            agenda,
            database,
            blobs,
            referee,
            core,
            weather,
            chance.split(),
            this::isCalm,
            scenario.tick());
    wall.set(coordinator.clock());
    this.referee.watch(blobs, database, coordinator::waiting);
    this.network = new SimulatedNetwork(agenda, chance.split(), weather, coordinator, this::isCalm);
    scenario.machines().forEach(machine -> workers.add(new SimulatedProcess(this, machine)));
  }

  /** What a simulation came to: how many things happened, and how long it took in virtual time. */
  record Result(int steps, Duration took) {}

  /** Plays a seed in a scenario drawn from it; a {@link RuleBroken} says what did not hold. */
  static Result play(long seed, Core core) {
    return new World(seed, core, Scenario.drawnFrom(seed), SimulatedWatcher.NONE).run();
  }

  Result run() {
    coordinator.start();
    int n = 0;
    for (JobSpec spec : scenario.jobs()) {
      coordinator.submit(spec);
      referee.expect(new JobId("job-" + n++), spec.seed(), spec.epochs(), pace.batchesPerEpoch());
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

  // What the others ask of the world.

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

  /** How long a session lasts that begins now, if it knows. */
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

  // What fate may do.

  List<SimulatedProcess> workers() {
    return workers;
  }

  void backUp() {
    backups.add(database.backup());
  }

  void restoreBackup() {
    if (!backups.isEmpty()) {
      coordinator.restore(chance.oneOf(backups));
    }
  }

  /** Rots a file of some head. */
  void rot() {
    List<Checkpoint> heads = database.open().stream().flatMap(job -> job.head().stream()).toList();
    if (!heads.isEmpty()) {
      blobs.corrupt(chance.oneOf(heads));
    }
  }

  /** A person looks after the jobs: resumes what is paused, tries again what failed. */
  void lookAfterJobs() {
    if (!coordinator.isUp()) {
      return;
    }
    for (Job job : database.newest(Integer.MAX_VALUE)) {
      boolean stands = job.state() == JobState.PAUSED || job.state() == JobState.FAILED;
      if (stands && !job.hasNothingLeft()) {
        coordinator.resume(job.id(), chance.happens(0.7));
      } else if (!isCalm() && !job.state().isOver() && chance.happens(0.03)) {
        coordinator.pause(job.id());
      }
    }
  }
}
