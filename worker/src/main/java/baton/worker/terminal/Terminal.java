package baton.worker.terminal;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Supplier;

/**
 * Where lines are printed, and where below them one bar is drawn, if a person looks on. Elsewhere
 * there are lines only, and no control characters.
 */
public final class Terminal {
  private static final String BACK_AND_CLEAR = "\r\u001b[K";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream out;
  private final boolean interactive;
  private final int columns;
  private final String name;
  private final Supplier<LocalTime> clock;
  private String bar = "";

  /**
   * @param name stands before each line, after the time
   */
  public Terminal(
      PrintStream out, boolean interactive, int columns, String name, Supplier<LocalTime> clock) {
    this.out = out;
    this.interactive = interactive;
    this.columns = columns;
    this.name = name;
    this.clock = clock;
  }

  /** Prints a line for people, with time and name. */
  public void say(String text) {
    line("%s %s  %s".formatted(TIME.format(clock.get()), name, text));
  }

  /** Prints a line as it is. */
  public synchronized void line(String text) {
    if (bar.isEmpty()) {
      out.println(text);
    } else {
      out.print(BACK_AND_CLEAR);
      out.println(text);
      out.print(bar);
    }
    out.flush();
  }

  boolean isInteractive() {
    return interactive;
  }

  int columns() {
    return columns;
  }

  synchronized void draw(String rendered) {
    if (interactive) {
      bar = rendered.stripTrailing();
      out.print(BACK_AND_CLEAR + bar);
      out.flush();
    }
  }

  synchronized void clear() {
    if (!bar.isEmpty()) {
      bar = "";
      out.print(BACK_AND_CLEAR);
      out.flush();
    }
  }
}
