package baton.worker.terminal;

import java.time.Duration;
import java.time.LocalTime;

/**
 * Shows what programs print among Baton's lines: their lines, and their own progress bars, which
 * overwrite themselves on a terminal. Without a terminal, a bar is printed as a line if nothing
 * else was shown for some time, and once more at its end.
 */
final class ProgramOutput {
  private static final Duration BETWEEN_LINES_OF_BARS = Duration.ofSeconds(10);
  private static final Duration BETWEEN_FRAMES = Duration.ofMillis(100);

  private final Terminal terminal;
  private LocalTime shownAt = LocalTime.MIN;
  private String lastFrame = "";

  ProgramOutput(Terminal terminal) {
    this.terminal = terminal;
  }

  synchronized void printed(String program, String line) {
    if (!terminal.isInteractive()) {
      shownAt = terminal.now();
    }
    if (!line.strip().equals(lastFrame)) {
      terminal.say(program + "| " + line);
    }
    lastFrame = "";
  }

  synchronized void redrawn(String program, String frame) {
    if (terminal.isInteractive()) {
      if (frame.isEmpty() || isOver(BETWEEN_FRAMES)) {
        shownAt = terminal.now();
        terminal.drawProgram(frame.isEmpty() ? "" : program + "| " + frame);
      }
    } else if (!frame.isEmpty() && isOver(BETWEEN_LINES_OF_BARS)) {
      printed(program, frame);
      lastFrame = frame;
    }
  }

  synchronized void told(String program, String sentence) {
    shownAt = terminal.now();
    terminal.say(program + ": " + sentence);
  }

  /** Also works across midnight. */
  private boolean isOver(Duration pause) {
    Duration since = Duration.between(shownAt, terminal.now());
    return since.isNegative() || since.compareTo(pause) >= 0;
  }
}
