package baton.scripts.crash;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far the trial is: a bar on a terminal, a line for each start elsewhere. */
final class KillBar implements Trial.Observer, AutoCloseable {
  private final int kills;
  private final PrintWriter out;
  private final Optional<ProgressBar> bar;
  private final List<Duration> starts = new ArrayList<>();

  KillBar(int kills, PrintWriter out, boolean terminal) {
    this.kills = kills;
    this.out = out;
    this.bar = terminal ? Optional.of(bar(kills)) : Optional.empty();
  }

  private static ProgressBar bar(int kills) {
    return new ProgressBarBuilder()
        .setTaskName("kills")
        .setInitialMax(kills)
        .setStyle(ProgressBarStyle.ASCII)
        .build();
  }

  @Override
  public void ready(int killed, int acknowledged, Duration took) {
    starts.add(took);
    String seconds = seconds(took);
    if (bar.isPresent()) {
      bar.get().setExtraMessage(" %d acknowledged, ready in %s".formatted(acknowledged, seconds));
      bar.get().stepTo(killed);
    } else {
      out.printf(
          "kill %d of %d: %d acknowledged, ready in %s%n", killed, kills, acknowledged, seconds);
      out.flush();
    }
  }

  /** How long its starts took. */
  String summary() {
    List<Duration> sorted = new ArrayList<>(starts);
    Collections.sort(sorted);
    return sorted.isEmpty()
        ? "It never got ready."
        : "%d starts; ready in %s (median), %s (slowest)."
            .formatted(
                sorted.size(),
                seconds(sorted.get(sorted.size() / 2)),
                seconds(sorted.get(sorted.size() - 1)));
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.2f s", took.toMillis() / 1000.0);
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
