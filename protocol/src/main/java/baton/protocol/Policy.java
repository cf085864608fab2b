package baton.protocol;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How a job is to be relayed; every field has a default in {@link #DEFAULT}.
 *
 * @param ttl how long a lease lives without being renewed, 1 s to 1 h
 * @param segmentEpochs how many epochs a segment spans at most
 * @param cadence how often a holder saves
 * @param keepLast how many of the newest checkpoints are kept, the head and its parent included
 * @param lostInARow the job is paused after this many leases in a row were lost without moving the
 *     head (R11)
 * @param stallsInARow the job is paused after this many leases in a row stalled without moving the
 *     head (R10, R11)
 * @param sessionsToFail the job fails after the same error from this many sessions at one head
 *     (R11)
 * @param barFor how long a kind of device is barred after an error of the machine (R11)
 * @param limits the limits of each phase (R10)
 * @param retention what is kept besides the newest; absent in records of older versions
 */
public record Policy(
    Duration ttl,
    int segmentEpochs,
    Cadence cadence,
    int keepLast,
    int lostInARow,
    int stallsInARow,
    int sessionsToFail,
    Duration barFor,
    Map<Phase, PhaseLimit> limits,
    Retention retention) {

  public static final Policy DEFAULT =
      new Policy(
          Duration.ofSeconds(60),
          1,
          Cadence.AUTO,
          3,
          10,
          5,
          3,
          Duration.ofMinutes(10),
          Map.of(
              Phase.SETUP, PhaseLimit.ofMinutes(10, 30),
              Phase.DATA, PhaseLimit.ofMinutes(10, 360),
              Phase.RESTORE, PhaseLimit.ofMinutes(10, 120),
              Phase.TRAIN, PhaseLimit.ofMinutes(15, 24 * 60),
              Phase.EVALUATE, PhaseLimit.ofMinutes(15, 240),
              Phase.SAVE, PhaseLimit.ofMinutes(10, 120)),
          Retention.NEWEST_ONLY);

  public Policy {
    require(between(ttl, Duration.ofSeconds(1), Duration.ofHours(1)), "ttl must be 1 s to 1 h");
    require(segmentEpochs >= 1, "segmentEpochs must be at least 1");
    require(keepLast >= 2, "keepLast must be at least 2: the head and its parent are always kept");
    require(lostInARow >= 1, "lostInARow must be at least 1");
    require(stallsInARow >= 1, "stallsInARow must be at least 1");
    require(sessionsToFail >= 1, "sessionsToFail must be at least 1");
    require(!barFor.isNegative(), "barFor must not be negative");
    for (Phase phase : Phase.values()) {
      require(limits.containsKey(phase), "the phase " + phase + " has no limits");
    }
    limits = Map.copyOf(new EnumMap<>(limits));
    retention = retention == null ? Retention.NEWEST_ONLY : retention;
  }

  public Policy withTtl(Duration other) {
    return new Policy(
        other,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        limits,
        retention);
  }

  public Policy withSegmentEpochs(int other) {
    return new Policy(
        ttl,
        other,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        limits,
        retention);
  }

  public Policy withCadence(Cadence other) {
    return new Policy(
        ttl,
        segmentEpochs,
        other,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        limits,
        retention);
  }

  public Policy withLostInARow(int other) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        other,
        stallsInARow,
        sessionsToFail,
        barFor,
        limits,
        retention);
  }

  public Policy withStallsInARow(int other) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        other,
        sessionsToFail,
        barFor,
        limits,
        retention);
  }

  public Policy withSessionsToFail(int other) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        other,
        barFor,
        limits,
        retention);
  }

  public Policy withBarFor(Duration other) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        other,
        limits,
        retention);
  }

  public Policy withLimits(Map<Phase, PhaseLimit> others) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        others,
        retention);
  }

  /**
   * This policy, but keeping the {@code newest} newest checkpoints, and those that {@code also}
   * keeps.
   */
  public Policy keeping(int newest, Retention also) {
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        newest,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        limits,
        also);
  }

  /** The longest time that a holder may train without finishing a batch (R10). */
  public Duration longestSilence() {
    return limits.get(Phase.TRAIN).withoutProgress();
  }

  /**
   * This policy, with another limit for the time from batch to batch. A limit longer than the
   * default also holds for start and evaluation, which may compile just as slowly.
   *
   * @param longest 1 min to 24 h
   */
  public Policy silentFor(Duration longest) {
    require(
        between(longest, Duration.ofMinutes(1), Duration.ofHours(24)),
        "the longest silence must be 1 min to 24 h");
    Map<Phase, PhaseLimit> all = new EnumMap<>(limits);
    all.computeIfPresent(Phase.SETUP, (phase, limit) -> limit.atLeast(longest));
    all.computeIfPresent(Phase.EVALUATE, (phase, limit) -> limit.atLeast(longest));
    all.put(Phase.TRAIN, new PhaseLimit(longest, limits.get(Phase.TRAIN).atLeast(longest).whole()));
    return withLimits(all);
  }

  private static boolean between(Duration value, Duration least, Duration most) {
    return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
  }

  private static void require(boolean held, String sentence) {
    if (!held) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
