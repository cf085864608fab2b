package baton.simulation;

import baton.protocol.Cadence;
import baton.protocol.Grant;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.Span;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Simulates a user's day in virtual time: one long job on sessions that end, and how much of the
 * time is training.
 */
public final class Day {
  private static final int BATCHES_PER_EPOCH = 120;
  private static final Duration BOOT = Duration.ofSeconds(90);
  private static final Duration START = Duration.ofSeconds(10);
  private static final Duration TO_LEAVE = Duration.ofSeconds(30);
  private static final Duration HORIZON = Duration.ofDays(60);
  private static final Duration TICK = Duration.ofSeconds(10);

  /**
   * The settings of a day.
   *
   * @param job how long the training takes if never interrupted
   * @param session how long a session lasts; it knows, and leaves in an orderly way
   * @param killEvery mean time until a session is killed without warning; empty if it never is
   * @param untilNext how long until a person starts the next session
   * @param epoch how long an epoch takes
   * @param cadence how often the job is saved
   * @param stall how long training stands still for a save
   * @param checkpointMegabytes size of a checkpoint
   * @param megabytesPerSecond rate of uploads and downloads
   * @param workers how many sessions run concurrently
   * @param trace when real machines came and went; then these are the sessions
   */
  public record Plan(
      Duration job,
      Duration session,
      Optional<Duration> killEvery,
      Duration untilNext,
      Duration epoch,
      Cadence cadence,
      Duration stall,
      int checkpointMegabytes,
      double megabytesPerSecond,
      int workers,
      Optional<List<Trace.Change>> trace) {

    private Duration transfer() {
      return Duration.ofMillis((long) (checkpointMegabytes / megabytesPerSecond * 1_000));
    }

    /** Why no session can get further than the one before it, if that is so. */
    private Optional<String> whyImpossible() {
      Duration needed =
          BOOT.plus(START)
              .plus(transfer().multipliedBy(2))
              .plus(epoch.dividedBy(BATCHES_PER_EPOCH))
              .plus(TO_LEAVE);
      Duration atOnce = BOOT.plus(START).plus(job).plus(transfer());
      return trace.isPresent()
              || session.compareTo(needed) >= 0
              || session.compareTo(atOnce.plus(TO_LEAVE)) >= 0
          ? Optional.empty()
          : Optional.of(
              "This checkpoint needs %s to upload; sessions of %s cannot carry it: "
                      .formatted(Span.of(transfer()), Span.of(session))
                  + "each must restore it, train and upload it again, which takes %s at least. "
                      .formatted(Span.of(needed))
                  + "Use longer sessions, smaller checkpoints or a faster store.");
    }
  }

  /**
   * The results.
   *
   * @param goodput the share of the wall time that went into training that was kept
   * @param lost training that had to be done again, unfinished batches included
   * @param saves how many checkpoints were committed
   * @param time how the wall time was spent
   * @param oracle how long it would take with every session's end known; empty if no session
   *     suffices
   */
  public record Summary(
      int sessions,
      Duration wall,
      double goodput,
      Duration lost,
      int saves,
      Map<TimeSplit.Part, Duration> time,
      Optional<Duration> oracle) {
    /** Such as {@code time: train 95.6 %, …}; the parts sum to 100 %. */
    public String split() {
      return TimeSplit.told(time);
    }

    /** The wall time compared with the best possible one. */
    public Optional<String> comparison() {
      return oracle.map(
          best ->
              String.format(
                  Locale.ROOT,
                  "oracle: wall_hours=%.2f on these sessions, knowing every end; reached %.3f of it",
                  best.toSeconds() / 3600.0,
                  best.toMillis() / (double) wall.toMillis()));
    }

    /** The last line of the command. */
    public String verdict() {
      return String.format(
          Locale.ROOT,
          "DAY OK sessions=%d wall_hours=%.2f goodput=%.3f lost_minutes=%.1f saves=%d",
          sessions,
          wall.toSeconds() / 3600.0,
          goodput,
          lost.toSeconds() / 60.0,
          saves);
    }
  }

  private final Plan plan;
  private final Consumer<String> lines;
  private final Map<String, Holding> holdings = new HashMap<>();
  private final TimeSplit split = new TimeSplit();
  private final Stays stays = new Stays();
  private World world;
  private int sessions;
  private int saves;

  private record Holding(Grant grant, Duration since, Position committed) {}

  private Day(Plan plan, Consumer<String> lines) {
    this.plan = plan;
    this.lines = lines;
  }

  /**
   * Plays a day; each lease is reported as a line when it ends.
   *
   * @throws IllegalArgumentException if such a job never ends, with the reason as a sentence
   */
  public static Summary play(Plan plan, long seed, Consumer<String> lines) {
    plan.whyImpossible().ifPresent(Day::refuse);
    return new Day(plan, lines).play(seed);
  }

  private Summary play(long seed) {
    int epochs = (int) Math.max(1, plan.job().dividedBy(plan.epoch()));
    world = new World(seed, Core.REAL, scenario(epochs), new Reporter());
    plan.trace().ifPresent(trace -> Trace.replay(trace, world));
    World.Result result = run();
    holdings.entrySet().stream()
        .max(Comparator.comparing(held -> held.getValue().grant.fence()))
        .ifPresent(held -> complete(held.getKey(), Position.ofEpochs(epochs)));
    Duration batch = Duration.ofMillis(pace().batch().most());
    Duration useful = batch.multipliedBy((long) epochs * BATCHES_PER_EPOCH);
    Map<TimeSplit.Part, Duration> time = split.until(result.took(), useful);
    return new Summary(
        sessions,
        result.took(),
        useful.toMillis() / (double) result.took().toMillis(),
        time.get(TimeSplit.Part.LOST),
        saves,
        time,
        new Oracle(new Oracle.Costs(BOOT, START, plan.transfer()), useful)
            .done(stays.all(plan.untilNext())));
  }

  private World.Result run() {
    try {
      return world.run();
    } catch (RuleBroken broken) {
      if (broken.rule().equals("liveness")) {
        refuse(
            "Not over after %d days with %d checkpoints committed: sessions end before a save pays."
                    .formatted(HORIZON.toDays(), saves)
                + " Use longer sessions, smaller checkpoints or a faster store.");
      }
      throw broken;
    }
  }

  private static void refuse(String sentence) {
    throw new IllegalArgumentException(sentence);
  }

  private Scenario scenario(int epochs) {
    Policy policy = Policy.DEFAULT.withCadence(plan.cadence()).withLostInARow(Integer.MAX_VALUE);
    JobSpec job = JobSpec.of("day", "digits", epochs).withSeed(7).withPolicy(policy);
    boolean traced = plan.trace().isPresent();
    List<Scenario.Machine> machines =
        plan
            .trace()
            .map(Trace::machines)
            .orElseGet(
                () ->
                    IntStream.rangeClosed(1, plan.workers()).mapToObj(n -> "session-" + n).toList())
            .stream()
            .map(
                name ->
                    new Scenario.Machine(
                        name,
                        "gpu",
                        Scenario.SCRIPT,
                        Set.of(Scenario.STORE),
                        traced ? Optional.empty() : Optional.of(Duration.ZERO)))
            .toList();
    Scenario.Sessions coming =
        traced
            ? new Scenario.Sessions(
                of -> Optional.empty(), of -> Optional.empty(), of -> Optional.empty(), HORIZON)
            : new Scenario.Sessions(
                of -> Optional.of(plan.session()),
                of -> plan.killEvery().map(mean -> of.exponential(mean.toSeconds())),
                of -> Optional.of(plan.untilNext()),
                HORIZON);
    return new Scenario(
        List.of(job),
        machines,
        coming,
        pace(),
        FaultProfile.FINE,
        ClusterFaults.NONE,
        false,
        HORIZON,
        TICK);
  }

  private SessionPacing pace() {
    long transfer = plan.transfer().toMillis();
    int batch = (int) plan.epoch().dividedBy(BATCHES_PER_EPOCH).toMillis();
    return new SessionPacing(
        BATCHES_PER_EPOCH,
        exactly(BOOT.toMillis()),
        exactly(transfer),
        exactly(START.toMillis()),
        exactly(batch),
        exactly(1),
        exactly(plan.stall().toMillis()),
        exactly(transfer));
  }

  private static SessionPacing.Range exactly(long millis) {
    return new SessionPacing.Range((int) millis, (int) millis);
  }

  private void complete(String worker, Position end) {
    holdings.computeIfPresent(worker, (name, held) -> new Holding(held.grant, held.since, end));
    tell(worker, "complete");
  }

  private void tell(String worker, String why) {
    Holding held = holdings.remove(worker);
    if (held == null) {
      return;
    }
    Duration now = world.agenda.now();
    Segment segment = held.grant.segment();
    lines.accept(
        String.format(
            Locale.ROOT,
            "%s  lease %-3s %-12s %9s -> %-9s %5.2f h  %s",
            clock(now),
            held.grant.fence(),
            worker,
            segment.from(),
            held.committed,
            now.minus(held.since).toSeconds() / 3600.0,
            why));
  }

  private static String clock(Duration time) {
    return "%3d:%02d".formatted(time.toHours(), time.toMinutesPart());
  }

  /** Counts the events of a day. */
  private final class Reporter implements SimulatedWatcher {
    @Override
    public void sessionBegan(SimulatedProcess worker, Optional<Duration> lasts) {
      sessions++;
      stays.began(worker.machine.name(), lasts, world.agenda.now());
    }

    @Override
    public void leased(SimulatedProcess worker, Grant grant) {
      String name = worker.machine.name();
      tell(name, "released");
      holdings.put(name, new Holding(grant, world.agenda.now(), grant.segment().from()));
    }

    @Override
    public void does(SimulatedProcess worker, Activity what) {
      split.now(worker.machine.name(), what, world.agenda.now());
    }

    @Override
    public void committed(SimulatedProcess worker, Position position) {
      saves++;
      holdings.computeIfPresent(
          worker.machine.name(), (name, held) -> new Holding(held.grant, held.since, position));
    }

    @Override
    public void sessionEnded(SimulatedProcess worker, String why) {
      stays.ended(worker.machine.name(), world.agenda.now());
      tell(worker.machine.name(), why.equals("done") ? "session ended" : why);
    }
  }
}
