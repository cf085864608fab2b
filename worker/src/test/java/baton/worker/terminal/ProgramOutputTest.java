package baton.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramOutputTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private LocalTime now = LocalTime.of(23, 59, 50);

  private Terminal terminal(boolean interactive) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new Terminal(out, interactive, 40, "anna", () -> now);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private List<String> lines() {
    return shown().lines().toList();
  }

  @Test
  void inALogABarIsALineEveryTenSecondsAndAsItEnds() {
    ProgramOutput output = new ProgramOutput(terminal(false));
    output.told("toy", "starts python train.py …");
    for (int second = 0; second < 25; second++) {
      output.redrawn("toy", second + " of 25");
      now = now.plusSeconds(1);
    }
    output.printed("toy", "25 of 25");
    output.redrawn("toy", "");

    assertThat(lines())
        .containsExactly(
            "23:59:50 anna  toy: starts python train.py …",
            "00:00:00 anna  toy| 10 of 25",
            "00:00:10 anna  toy| 20 of 25",
            "00:00:15 anna  toy| 25 of 25");
  }

  @Test
  void whileAProgramPrintsLinesItsBarsAreNone() {
    ProgramOutput output = new ProgramOutput(terminal(false));
    for (int second = 0; second < 20; second++) {
      output.printed("toy", "line " + second);
      output.redrawn("toy", second + " of 20");
      now = now.plusSeconds(1);
    }

    assertThat(lines()).hasSize(20).allMatch(line -> line.contains("line"));
  }

  @Test
  void aFrameThatWasShownIsNotShownAgainAsItEnds() {
    ProgramOutput output = new ProgramOutput(terminal(false));
    output.redrawn("toy", "3 of 3");
    output.printed("toy", "3 of 3");
    output.printed("toy", "3 of 3");

    assertThat(lines()).as("the second is a line of its own").hasSize(2);
  }

  @Test
  void onATerminalABarOverwritesItselfAboveBatonsOwnAndBelowTheLines() {
    Terminal terminal = terminal(true);
    ProgramOutput output = new ProgramOutput(terminal);
    terminal.draw("[==  ] 7/9");
    output.redrawn("toy", "1 of 25");
    now = now.plusSeconds(1);
    output.redrawn("toy", "2 of 25, " + "x".repeat(80));
    assertThat(screen()).hasSize(2);
    assertThat(screen().get(0)).startsWith("toy| 2 of 25, xx").hasSize(39);
    assertThat(screen().get(1)).isEqualTo("[==  ] 7/9");

    output.printed("toy", "a line");
    output.redrawn("toy", "");
    terminal.draw("[=== ] 8/9");

    assertThat(screen()).containsExactly("23:59:51 anna  toy| a line", "[=== ] 8/9");
  }

  @Test
  void aBarThatIsDrawnWithoutPauseDoesNotFloodTheTerminal() {
    ProgramOutput output = new ProgramOutput(terminal(true));
    for (int i = 0; i < 10_000; i++) {
      output.redrawn("toy", i + " of many");
      now = now.plusNanos(1_000_000);
    }

    assertThat(shown().length()).isLessThan(100 * 40);
  }

  /**
   * What a terminal shows of it: it knows the return, the line feed, the erasure and one row up.
   */
  private List<String> screen() {
    List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    String text = shown().replace("\u001b[K", "\u0000").replace("\u001b[A", "\u0001");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '\n' -> {
          row++;
          if (row == rows.size()) {
            rows.add(new StringBuilder());
          }
        }
        case '\r' -> {}
        case '\u0000' -> rows.get(row).setLength(0);
        case '\u0001' -> row--;
        default -> rows.get(row).append(c);
      }
    }
    return rows.stream().map(StringBuilder::toString).filter(shown -> !shown.isEmpty()).toList();
  }
}
