package baton.scripts.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** One simulation: jobs, workers, a coordinator, and the weather they live in, all from a seed. */
final class World {
  static final Sha256 ARCHITECTURE = Sha256.ofText("simulated");
  private static final Duration HORIZON = Duration.ofHours(4);

  final Agenda agenda = new Agenda();
  final Core core;
  final Chance chance;
  final Weather weather;
  final Pace pace;
  final Referee referee;
  final Blobs blobs;
  final CoordinatorProcess coordinator;
  final Network network;

  private final Database database = new Database();
  private final List<WorkerProcess> workers = new ArrayList<>();
  private final List<Database.Backup> backups = new ArrayList<>();
  private final boolean poisoned;
  private final int jobs;
  private long lookedAt;
  private boolean over;
  private int leases;
  private int steps;

  World(long seed, Core core, Weather given) {
    this.core = core;
    this.chance = new Chance(seed);
    this.weather = given;
    this.pace = Pace.drawnFor(weather);
    AtomicReference<Clock> wall = new AtomicReference<>();
    this.referee = new Referee(agenda::now, () -> wall.get().instant());
    this.blobs = new Blobs(new StoreId("store-1"), referee);
    this.referee.watch(blobs, database);
    this.coordinator =
        new CoordinatorProcess(
            agenda, database, blobs, referee, core, weather, chance.split(), this::isCalm);
    wall.set(coordinator.clock());
    this.network = new Network(agenda, chance.split(), weather, coordinator, this::isCalm);
    this.jobs = chance.between(1, 2);
    this.poisoned = weather.deathEvery() > 0 && chance.happens(0.05);
  }

  /** What a simulation came to. */
  record Result(int leases, int steps, Duration took) {}

  /** Plays a seed in the weather drawn from it; a {@link RuleBroken} says what did not hold. */
  static Result play(long seed, Core core) {
    return new World(seed, core, Weather.drawnFrom(new Chance(~seed))).run();
  }

  Result run() {
    coordinator.start();
    for (int i = 0; i < jobs; i++) {
      JobSpec spec = spec("job-" + i);
      coordinator.submit(spec);
      referee.expect(new JobId("job-" + i), spec.seed(), spec.epochs(), pace.batchesPerEpoch());
    }
    int count = chance.between(2, 3);
    for (int i = 0; i < count; i++) {
      Set<StoreId> stores =
          i > 0 && chance.happens(0.1) ? Set.of(new StoreId("store-2")) : Set.of(blobs.id());
      workers.add(new WorkerProcess(this, "w" + i, i == 2 ? "small" : "cpu", stores));
    }
    workers.forEach(worker -> agenda.after(chance.seconds(0, 20), worker::boot));
    new Fate(this, chance.split()).begin();
    while (!isOver() && agenda.step()) {
      steps++;
      referee
          .broken()
          .ifPresent(
              broken -> {
                throw broken;
              });
      if (agenda.now().compareTo(HORIZON) > 0) {
        referee.broke("liveness", "not over after " + HORIZON + ": " + unfinished());
      }
    }
    return new Result(leases, steps, agenda.now());
  }

  private JobSpec spec(String name) {
    Map<Phase, PhaseLimit> limits = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      limits.put(phase, PhaseLimit.ofMinutes(3, 60));
    }
    Policy policy =
        new Policy(
            Duration.ofSeconds(30),
            chance.between(1, 2),
            chance.oneOf(
                List.of(
                    Cadence.EVERY_EPOCH,
                    new Cadence(2, Cadence.Unit.BATCHES),
                    new Cadence(10, Cadence.Unit.SECONDS))),
            chance.between(2, 3),
            6,
            4,
            3,
            Duration.ofMinutes(2),
            limits);
    return new JobSpec(
        name, "digits", Map.of(), 4, chance.number() >>> 12, 0, Optional.empty(), policy);
  }

  private String unfinished() {
    return referee.unfinished().stream()
        .map(job -> "%s %s at %s".formatted(job.id(), job.state(), job.position()))
        .collect(Collectors.joining(", "));
  }

  private boolean isOver() {
    if (database.changes() != lookedAt) {
      lookedAt = database.changes();
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
  boolean isTooSmall(WorkerProcess worker) {
    return !isCalm() && worker.device.equals("small") && weather.storeFailure() > 0;
  }

  /** Whether the program fails here, in some sessions and not in others. */
  boolean isPoisoned(WorkerProcess worker, Position position) {
    return poisoned
        && !isCalm()
        && position.equals(new Position(1, 1))
        && worker.sessionId().value().hashCode() % 2 == 0;
  }

  Optional<Duration> plannedEnd(Chance of) {
    return !isCalm() && of.happens(weather.planned())
        ? Optional.of(of.seconds(30, 180))
        : Optional.empty();
  }

  void bootLater(WorkerProcess worker) {
    agenda.after(chance.seconds(1, 60), worker::boot);
  }

  void trace(String who, Object what) {
    if (TRACE) {
      System.out.println(
          "%9.3f %s %s"
              .formatted(
                  agenda.now().toMillis() / 1000.0,
                  who,
                  what.toString().replaceAll("(spec|policy|limits)=[A-Za-z]*\\[[^\\]]*\\]", "")));
    }
  }

  static final boolean TRACE = Boolean.getBoolean("baton.trace");

  void sessionEnded(WorkerProcess worker, String why) {}

  void leased(WorkerProcess worker, Grant grant) {
    leases++;
  }

  void trained(WorkerProcess worker, Position position) {}

  void committed(WorkerProcess worker, Position position) {}

  // What fate may do.

  List<WorkerProcess> workers() {
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
        coordinator.resume(job.id());
      } else if (!isCalm() && !job.state().isOver() && chance.happens(0.03)) {
        coordinator.pause(job.id());
      }
    }
  }
}
