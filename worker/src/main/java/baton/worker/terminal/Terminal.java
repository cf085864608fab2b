package baton.worker.terminal;

import java.io.PrintStream;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Supplier;

/**
 * Prints lines and, on a terminal, draws bars below them: first a program's own, then Baton's.
 * Without a terminal it prints only lines, without control characters.
 */
public final class Terminal {
  private static final String BACK_AND_CLEAR = "\r\u001b[K";
  private static final String UP = "\u001b[A";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final PrintStream out;
  private final boolean interactive;
  private final int columns;
  private final String name;
  private final Supplier<LocalTime> clock;
  private String programs = "";
  private String bar = "";

  /**
   * @param name printed before each line, after the time
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
    line(before() + text);
  }

  private String before() {
    return "%s %s  ".formatted(TIME.format(now()), name);
  }

  /** Prints a line as it is. */
  public synchronized void line(String text) {
    out.print(erasure());
    out.println(text);
    out.print(bars());
    out.flush();
  }

  boolean isInteractive() {
    return interactive;
  }

  int columns() {
    return columns;
  }

  /** How many columns {@link #say} has for its text. */
  int columnsToSay() {
    return columns - before().length();
  }

  LocalTime now() {
    return clock.get();
  }

  synchronized void draw(String rendered) {
    redraw(programs, rendered.stripTrailing());
  }

  /** Draws a program's own bars above Baton's; an empty {@code frame} removes them. */
  synchronized void drawProgram(String frame) {
    redraw(frame.substring(0, Math.min(frame.length(), columns - 1)), bar);
  }

  synchronized void clear() {
    redraw(programs, "");
  }

  private void redraw(String newPrograms, String newBar) {
    if (interactive) {
      String erasure = erasure();
      programs = newPrograms;
      bar = newBar;
      out.print(erasure + bars());
      out.flush();
    }
  }

  private String bars() {
    return programs.isEmpty() || bar.isEmpty() ? programs + bar : programs + "\n" + bar;
  }

  private String erasure() {
    String drawn = bars();
    return drawn.isEmpty()
        ? ""
        : BACK_AND_CLEAR + (UP + BACK_AND_CLEAR).repeat(drawn.contains("\n") ? 1 : 0);
  }
}
