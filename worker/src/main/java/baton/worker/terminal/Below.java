package baton.worker.terminal;

import me.tongfei.progressbar.ProgressBarConsumer;

/** Draws a bar below the lines of a terminal; it leaves nothing behind. */
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
    // A redraw that had begun may still follow, so the bar's owner clears it after the last.
  }
}
