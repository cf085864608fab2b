package baton.worker.terminal;

import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress bar of one epoch: batches, loss, and how long the lease lasts. */
final class EpochBar implements AutoCloseable {
  private static final int REDRAW_MILLIS = 200;

  private final int epoch;
  private final Terminal terminal;
  private final ProgressBar bar;

  EpochBar(Terminal terminal, String job, int epoch, int epochs, int batches) {
    this.epoch = epoch;
    this.terminal = terminal;
    this.bar =
        new ProgressBarBuilder()
            .setTaskName("%s epoch %d/%d".formatted(job, epoch + 1, epochs))
            .setInitialMax(batches)
            .setStyle(ProgressBarStyle.ASCII)
            .hideEta()
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setConsumer(new Below(terminal))
            .build();
  }

  boolean isOf(int other) {
    return epoch == other;
  }

  void shows(int batch, double loss, Optional<Duration> leaseLeft) {
    bar.setExtraMessage(
        " loss %.3f%s"
            .formatted(
                loss, leaseLeft.map(left -> ", lease " + left.toSeconds() + " s").orElse("")));
    bar.stepTo(batch);
  }

  @Override
  public void close() {
    bar.close();
    terminal.clear();
  }
}
