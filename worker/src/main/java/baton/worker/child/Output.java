package baton.worker.child;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A child's output, as text fit for a log. Only the last lines are kept, and only a limited number
 * per batch is passed on, however long and whatever the output is. Progress bars are passed on as
 * they are after each read.
 */
final class Output {
  private static final int KEPT_LINES = 12;
  private static final int LINES_A_BATCH = 200;

  private final ChildListener listener;
  private final Screen screen = new Screen(this::endLine);
  private final Deque<String> last = new ArrayDeque<>();
  private String bars = "";
  private int allowed = LINES_A_BATCH;
  private long withheld;

  Output(ChildListener listener) {
    this.listener = listener;
  }

  /** Reads until the child and all processes that share its output have ended, or closed it. */
  void readAll(InputStream in) {
    char[] chunk = new char[1 << 13];
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int n = reader.read(chunk); n >= 0; n = reader.read(chunk)) {
        accept(chunk, n);
      }
    } catch (IOException | UncheckedIOException e) {
      // The pipe is closed with the run; there is nothing more to read.
    }
    ended();
  }

  private synchronized void accept(char[] chars, int count) {
    for (int i = 0; i < count; i++) {
      screen.write(chars[i]);
    }
    tellBars();
  }

  /** Passes on the last lines in any case: they say why the child ended. */
  private synchronized void ended() {
    screen.end();
    tellBars();
    if (withheld > 0) {
      listener.printed(
          "(%,d more lines of output are not shown but for the last)".formatted(withheld));
      last.forEach(listener::printed);
    }
    withheld = 0;
  }

  private void tellBars() {
    String now = screen.bars();
    if (!now.equals(bars)) {
      bars = now;
      listener.redrawn(now);
    }
  }

  private void endLine(String line) {
    last.addLast(line);
    if (last.size() > KEPT_LINES) {
      last.removeFirst();
    }
    if (allowed > 0) {
      allowed--;
      listener.printed(line);
    } else {
      withheld++;
    }
  }

  /** Resets the limit, and reports how many lines were not passed on. */
  synchronized void batchDone() {
    if (withheld > 0) {
      listener.printed("(%,d more lines of output are not shown)".formatted(withheld));
    }
    withheld = 0;
    allowed = LINES_A_BATCH;
  }

  /** The last lines, oldest first. */
  synchronized List<String> lastLines() {
    return List.copyOf(last);
  }
}
