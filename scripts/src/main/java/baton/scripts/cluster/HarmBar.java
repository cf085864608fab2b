package baton.scripts.cluster;

import java.io.PrintWriter;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far the trial is: a bar on a terminal, a line for each harm elsewhere. */
final class HarmBar implements ClusterTrial.Observer, AutoCloseable {
  private final int kills;
  private final PrintWriter out;
  private final Optional<ProgressBar> bar;

  HarmBar(int kills, PrintWriter out, boolean terminal) {
    this.kills = kills;
    this.out = out;
    this.bar =
        terminal
            ? Optional.of(
                new ProgressBarBuilder()
                    .setTaskName("kills")
                    .setInitialMax(kills)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build())
            : Optional.empty();
  }

  @Override
  public void harmed(int killed, long acknowledged, String what) {
    if (bar.isPresent()) {
      bar.get().setExtraMessage(" %d acknowledged; %s".formatted(acknowledged, what));
      bar.get().stepTo(killed);
    } else {
      out.printf("kill %d of %d: %d acknowledged; %s%n", killed, kills, acknowledged, what);
      out.flush();
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
