package baton.simulation;

import baton.protocol.Cadence;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.PhaseLimit;
import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The jobs and machines of a simulation, their faults, and how long things take.
 *
 * @param poisoned whether the program fails at one position in some sessions
 * @param horizon when the simulation must be over
 * @param tick how often a coordinator looks at its leases
 */
record Scenario(
    List<JobSpec> jobs,
    List<Machine> machines,
    Sessions sessions,
    SessionPacing pace,
    FaultProfile weather,
    ClusterFaults cluster,
    boolean poisoned,
    Duration horizon,
    Duration tick) {

  static final StoreId STORE = new StoreId("store-1");

  /** The script that nearly all machines run. */
  static final String SCRIPT = "as it was";

  /**
   * A worker's machine.
   *
   * @param script the version of the script that it runs
   * @param firstBoot when it is first started; empty if a trace starts it
   */
  record Machine(
      String name,
      String device,
      String script,
      Set<StoreId> stores,
      Optional<Duration> firstBoot) {}

  /**
   * How sessions come and go.
   *
   * @param knownLength how long a session lasts, if it knows
   * @param killedAfter when it is killed without warning, if it is
   * @param untilNext how long until a person starts the next one; empty if nobody does
   * @param idleExit how long without work until a session ends itself
   */
  record Sessions(
      Function<Chance, Optional<Duration>> knownLength,
      Function<Chance, Optional<Duration>> killedAfter,
      Function<Chance, Optional<Duration>> untilNext,
      Duration idleExit) {}

  private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(3);

  /** As in a real coordinator, unless the simulated one ticks too rarely for that. */
  Duration longestAbsence() {
    return tick.compareTo(LONGEST_ABSENCE) < 0 ? LONGEST_ABSENCE : tick.multipliedBy(3);
  }

  /** One or two short jobs, two or three workers, with faults drawn from the seed. */
  static Scenario drawnFrom(long seed) {
    Chance chance = new Chance(~seed);
    FaultProfile weather = FaultProfile.drawnFrom(chance);
    List<JobSpec> jobs = new ArrayList<>();
    for (int i = chance.between(1, 2); i > 0; i--) {
      boolean urgent = jobs.size() == 1 && new Chance(seed * 37).happens(0.3);
      jobs.add(shortJob("job-" + jobs.size(), urgent ? 1 : 0, chance));
    }
    List<Machine> machines = new ArrayList<>();
    boolean changed = new Chance(seed * 31).happens(0.5);
    for (int i = chance.between(2, 3); i > 0; i--) {
      int n = machines.size();
      boolean strange = n > 0 && chance.happens(0.1);
      machines.add(
          new Machine(
              "w" + n,
              n == 2 ? "small" : "cpu",
              n == 1 && changed ? "changed" : SCRIPT,
              Set.of(strange ? new StoreId("store-2") : STORE),
              Optional.of(chance.seconds(0, 20))));
    }
    Sessions sessions =
        new Sessions(
            of ->
                of.happens(weather.planned()) ? Optional.of(of.seconds(30, 180)) : Optional.empty(),
            of -> Optional.empty(),
            of -> Optional.of(of.seconds(1, 60)),
            Duration.ofMinutes(10));
    return new Scenario(
        jobs,
        machines,
        sessions,
        SessionPacing.drawnFor(weather),
        weather,
        ClusterFaults.drawnFrom(new Chance(seed * 41)),
        weather.deathEvery() > 0 && chance.happens(0.05),
        Duration.ofHours(4),
        Duration.ofSeconds(1));
  }

  private static JobSpec shortJob(String name, int priority, Chance chance) {
    Map<Phase, PhaseLimit> limits = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      limits.put(phase, PhaseLimit.ofMinutes(3, 60));
    }
    List<Cadence> cadences =
        List.of(
            Cadence.EVERY_EPOCH,
            new Cadence(2, Cadence.Unit.BATCHES),
            new Cadence(10, Cadence.Unit.SECONDS),
            Cadence.AUTO);
    Policy policy =
        new Policy(
            Duration.ofSeconds(30),
            chance.between(1, 2),
            chance.oneOf(cadences),
            chance.between(2, 3),
            6,
            4,
            3,
            Duration.ofMinutes(2),
            limits,
            retention(chance));
    return new JobSpec(
        name,
        "digits",
        Map.of(),
        4,
        chance.number() >>> 12,
        priority,
        Optional.empty(),
        policy,
        Optional.empty());
  }

  private static Retention retention(Chance chance) {
    Retention.Goal goal = chance.happens(0.5) ? Retention.Goal.MIN : Retention.Goal.MAX;
    return new Retention(
        chance.happens(0.3) ? Optional.of(new Retention.Best("accuracy", goal)) : Optional.empty(),
        chance.happens(0.3) ? Optional.of(chance.between(1, 3)) : Optional.empty(),
        chance.happens(0.2) ? Optional.of(1_000L * chance.between(1, 5)) : Optional.empty());
  }
}
