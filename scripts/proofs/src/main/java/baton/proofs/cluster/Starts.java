package baton.proofs.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** How long a coordinator's starts took. */
final class Starts {
  private final List<Duration> all = new ArrayList<>();

  void add(Duration took) {
    all.add(took);
  }

  /** The median and the slowest, in a sentence. */
  String summary() {
    List<Duration> sorted = new ArrayList<>(all);
    Collections.sort(sorted);
    return sorted.isEmpty()
        ? "It never got ready."
        : "%d starts; ready in %s (median), %s (slowest)."
            .formatted(
                sorted.size(),
                seconds(sorted.get(sorted.size() / 2)),
                seconds(sorted.get(sorted.size() - 1)));
  }

  static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.2f s", took.toMillis() / 1000.0);
  }
}
