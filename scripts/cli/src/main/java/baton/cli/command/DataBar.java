package baton.cli.command;

import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of an upload as a bar on a terminal; elsewhere it shows nothing. */
final class DataBar implements AutoCloseable {
  private static final long MB = 1_000_000;

  private final Optional<ProgressBar> bar;

  DataBar(String name, long bytes, boolean terminal) {
    this.bar =
        terminal
            ? Optional.of(
                new ProgressBarBuilder()
                    .setTaskName(name)
                    .setInitialMax(bytes)
                    .setUnit(" MB", MB)
                    .setStyle(ProgressBarStyle.ASCII)
                    .showSpeed()
                    .build())
            : Optional.empty();
  }

  void moved(long bytes) {
    bar.ifPresent(b -> b.stepBy(bytes));
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
