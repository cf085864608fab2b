package baton.worker.terminal;

import baton.protocol.Data;
import baton.protocol.DataFile;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a fetch: a bar on a terminal, otherwise a line for each tenth. */
final class FetchProgress implements AutoCloseable {
  private static final int REDRAW_MILLIS = 200;
  private static final int MB = 1_000_000;
  private static final int TENTHS = 10;

  private final Terminal terminal;
  private final String name;
  private final long whole;
  private final Optional<ProgressBar> bar;
  private long done;
  private long told;

  FetchProgress(Terminal terminal, Data data) {
    this.terminal = terminal;
    this.name = data.name();
    this.whole = Math.max(1, data.files().stream().mapToLong(FetchProgress::work).sum());
    this.bar = terminal.isInteractive() ? Optional.of(bar()) : Optional.empty();
  }

  /** An archive's bytes are moved twice: they are fetched, then unpacked. */
  private static long work(DataFile file) {
    return file.isArchive() ? 2 * file.size() : file.size();
  }

  private ProgressBar bar() {
    return new ProgressBarBuilder()
        .setTaskName("data " + name)
        .setInitialMax(whole)
        .setUnit(" MB moved", MB)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .setConsumer(new Below(terminal))
        .build();
  }

  void moved(long bytes) {
    done = Math.min(whole, done + bytes);
    long tenths = done * TENTHS / whole;
    if (bar.isPresent()) {
      bar.get().stepTo(done);
    } else if (tenths > told && tenths < TENTHS) {
      terminal.say("fetches the data %s: %d %%".formatted(name, tenths * 100 / TENTHS));
    }
    told = tenths;
  }

  @Override
  public void close() {
    if (bar.isPresent()) {
      bar.get().close();
      terminal.clear();
    }
  }
}
