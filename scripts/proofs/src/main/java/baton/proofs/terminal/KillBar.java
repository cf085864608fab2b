package baton.proofs.terminal;

import java.io.PrintWriter;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress of a trial's kills: a bar on a terminal, otherwise a line for each kill. */
public final class KillBar implements AutoCloseable {
  private final int kills;
  private final PrintWriter out;
  private final Optional<ProgressBar> bar;

  public KillBar(int kills, PrintWriter out, boolean terminal) {
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

  /** Shows the number of kills so far, and what was seen since the last one. */
  public void reaches(int killed, String seen) {
    if (bar.isPresent()) {
      bar.get().setExtraMessage(" " + seen);
      bar.get().stepTo(killed);
    } else {
      out.printf("kill %d of %d: %s%n", killed, kills, seen);
      out.flush();
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
