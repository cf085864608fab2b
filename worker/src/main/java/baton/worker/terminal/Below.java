package baton.worker.terminal;

import me.tongfei.progressbar.ProgressBarConsumer;

/** Where a bar is drawn: below the lines of a terminal, with nothing left behind. */
record Below(Terminal terminal) implements ProgressBarConsumer {
  @Override
  public int getMaxRenderedLength() {
    return terminal.columns() - 1;
  }

  @Override
  public void accept(String rendered) {
    terminal.draw(rendered);
  }

  @Override
  public void close() {
    // A redraw that had begun may still follow; whoever owns the bar clears after the last.
  }
}
