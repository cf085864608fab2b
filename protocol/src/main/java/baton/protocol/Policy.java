package baton.protocol;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a job asks of its relay; every field has a default in {@link #DEFAULT}.
 *
 * @param ttl how long a lease lives without being renewed, 1 s to 1 h
 * @param segmentEpochs how many epochs a segment spans at most
 * @param cadence how often a holder saves
 * @param keepLast how many checkpoints are kept at least, the head and its parent among them
 * @param lostInARow so many leases lost without the head moving pause the job (R11)
 * @param stallsInARow so many leases ended for a stall without the head moving pause it (R10, R11)
 * @param sessionsToFail the same error from so many sessions at one head fails it (R11)
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

  /** The same, keeping so many of the newest, and what {@code also} says. */
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

  /** How long a holder may train without finishing a batch (R10). */
  public Duration longestSilence() {
    return limits.get(Phase.TRAIN).withoutProgress();
  }

  /**
   * The same, with another limit for a script that is silent: from batch to batch; and where it is
   * longer than usual, for its start and its evaluation too, which may compile as slowly.
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
    return new Policy(
        ttl,
        segmentEpochs,
        cadence,
        keepLast,
        lostInARow,
        stallsInARow,
        sessionsToFail,
        barFor,
        all,
        retention);
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
