package baton.proofs.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class KillBarTest {
  @Test
  void whereThereIsNoTerminalEachKillIsALine() {
    StringWriter told = new StringWriter();
    try (KillBar bar = new KillBar(2, new PrintWriter(told), false)) {
      bar.reaches(1, "12 acknowledged");
      bar.reaches(2, "30 acknowledged");
    }

    assertThat(told.toString().lines())
        .containsExactly("kill 1 of 2: 12 acknowledged", "kill 2 of 2: 30 acknowledged");
  }
}
