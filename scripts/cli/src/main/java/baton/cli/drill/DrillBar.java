package baton.cli.drill;

import java.io.PrintWriter;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of the two runs: a bar on a terminal, otherwise a line for each. */
final class DrillBar implements AutoCloseable {
  private final PrintWriter out;
  private final boolean terminal;
  private Optional<ProgressBar> bar = Optional.empty();

  DrillBar(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A run begins; {@code batches} is the most that it trains. */
  void begins(String run, int batches) {
    ends();
    if (!terminal) {
      out.println("  " + run + " …");
      out.flush();
      return;
    }
    bar =
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName("  %-9s".formatted(run))
                .setInitialMax(batches)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .hideEta()
                .build());
  }

  /** A batch was trained; after a kill some batches are trained again. */
  void reaches(int batch, String where) {
    bar.ifPresent(
        b -> {
          if (batch > b.getMax()) {
            b.maxHint(batch);
          }
          b.stepTo(batch).setExtraMessage(" " + where);
        });
  }

  /** The current run is over: its bar stays as it is, and lines may follow. */
  void ends() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }

  @Override
  public void close() {
    ends();
  }
}
