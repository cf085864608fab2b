package baton.proofs.exact;

import java.io.PrintWriter;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress of the proof: a bar on a terminal, otherwise a line for each trial. */
final class ExactProgress implements AutoCloseable {
  private final PrintWriter out;
  private final Optional<ProgressBar> bar;
  private String trial = "";

  /**
   * @param workers how many will be started in total
   */
  ExactProgress(int workers, PrintWriter out, boolean terminal) {
    this.out = out;
    this.bar =
        terminal
            ? Optional.of(
                new ProgressBarBuilder()
                    .setTaskName("exact")
                    .setInitialMax(workers)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .hideEta()
                    .build())
            : Optional.empty();
  }

  void trial(String name) {
    trial = name;
    bar.ifPresentOrElse(
        b -> b.setExtraMessage(" " + name),
        () -> {
          out.println(name);
          out.flush();
        });
  }

  /** Says what the current trial is doing. */
  void doing(String what) {
    bar.ifPresent(b -> b.setExtraMessage(" %s: %s".formatted(trial, what)));
  }

  /** One worker has ended as planned. */
  void workerEnded() {
    bar.ifPresent(ProgressBar::step);
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
