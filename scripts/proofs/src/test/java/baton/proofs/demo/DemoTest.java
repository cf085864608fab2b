package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The whole relay with real processes: JVMs killed with SIGKILL, the coordinator among them. */
@Tag("proof")
class DemoTest {
  @Test
  void aRelayOfKilledWorkersEndsAsTheUnbrokenRun() {
    StringWriter told = new StringWriter();

    int code =
        new CommandLine(new Demo())
            .setOut(new PrintWriter(told))
            .execute("--epochs", "10", "--kills", "2", "--seed", "11");

    assertThat(told.toString().strip().lines().reduce((a, b) -> b))
        .as(told.toString())
        .hasValueSatisfying(
            last -> assertThat(last).matches("RELAY OK kills=2 segments=\\d+ accuracy=.*"));
    assertThat(code).isZero();
  }

  @Test
  void theSameOverADriveThatFailsAndNothingTellsASecret() {
    StringWriter told = new StringWriter();

    int code =
        new CommandLine(new Demo())
            .setOut(new PrintWriter(told))
            .execute("--store", "drive", "--epochs", "10", "--kills", "2", "--seed", "11");

    assertThat(told.toString().strip().lines().reduce((a, b) -> b))
        .as(told.toString())
        .hasValueSatisfying(
            last -> assertThat(last).matches("RELAY OK kills=2 segments=\\d+ accuracy=.*"));
    assertThat(told.toString())
        .contains("goes wrong on purpose: CHUNK LoseReply")
        .doesNotContain("secret-");
    assertThat(code).isZero();
  }

  @Test
  void aDemoTooShortToKillAnyoneIsRefused() {
    StringWriter told = new StringWriter();

    int code = new CommandLine(new Demo()).setErr(new PrintWriter(told)).execute("--epochs", "2");

    assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("at least 8 epochs");
  }
}
