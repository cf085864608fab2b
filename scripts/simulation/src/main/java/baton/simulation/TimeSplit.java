package baton.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the time of a job was spent: at each moment the most advanced activity of its machines
 * counts, so that the parts sum to the time it took.
 */
final class TimeSplit {
  /** A part of the time; each moment belongs to one. */
  enum Part {
    /** Training that was kept. */
    TRAIN,
    /** Training that was done again, or that was not kept. */
    LOST,
    STALL,
    /** Waiting for a last save. */
    TAIL,
    RESTORE,
    BOOT,
    /** No machine is there, or a lost lease has not run out yet. */
    WAITING
  }

  private final Map<String, Activity> doing = new HashMap<>();
  private final Map<Part, Duration> parts = new EnumMap<>(Part.class);
  private Duration since = Duration.ZERO;

  /** The machine begins something else at {@code now}. */
  void now(String machine, Activity what, Duration now) {
    pass(now);
    doing.put(machine, what);
  }

  private void pass(Duration now) {
    parts.merge(part(), now.minus(since), Duration::plus);
    since = now;
  }

  private Part part() {
    return does(Activity.TRAINING)
        ? Part.TRAIN
        : does(Activity.COPYING)
            ? Part.STALL
            : does(Activity.PREPARING)
                ? Part.RESTORE
                : does(Activity.FINISHING)
                    ? Part.TAIL
                    : does(Activity.BOOTING) && !does(Activity.ASKING) ? Part.BOOT : Part.WAITING;
  }

  private boolean does(Activity what) {
    return doing.containsValue(what);
  }

  /**
   * The parts of the time until {@code end}.
   *
   * @param useful how long the training took that was kept
   */
  Map<Part, Duration> until(Duration end, Duration useful) {
    pass(end);
    Map<Part, Duration> split = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      split.put(part, parts.getOrDefault(part, Duration.ZERO));
    }
    Duration trained = split.get(Part.TRAIN);
    Duration kept = trained.compareTo(useful) < 0 ? trained : useful;
    split.put(Part.TRAIN, kept);
    split.put(Part.LOST, trained.minus(kept));
    return split;
  }

  /** Such as {@code time: train 95.6 %, lost 0.4 %, …}; the rounded parts also sum to 100.0 %. */
  static String told(Map<Part, Duration> split) {
    long whole = Math.max(1, split.values().stream().mapToLong(Duration::toMillis).sum());
    long before = 0;
    Map<Part, Long> permille = new EnumMap<>(Part.class);
    for (Map.Entry<Part, Duration> part : split.entrySet()) {
      long after = before + part.getValue().toMillis();
      permille.put(
          part.getKey(),
          Math.round(1_000.0 * after / whole) - Math.round(1_000.0 * before / whole));
      before = after;
    }
    return permille.entrySet().stream()
        .map(
            part ->
                String.format(
                    Locale.ROOT,
                    "%s %.1f %%",
                    part.getKey().name().toLowerCase(Locale.ROOT),
                    part.getValue() / 10.0))
        .collect(Collectors.joining(", ", "time: ", ""));
  }
}
