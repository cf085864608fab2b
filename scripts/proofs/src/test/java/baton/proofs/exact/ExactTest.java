package baton.proofs.exact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The short form of {@code scripts/exact.sh}: real workers, killed with SIGKILL. */
@Tag("proof")
class ExactTest {
  private final StringWriter told = new StringWriter();

  @Test
  void theDigitsAreExactAfterThreeCutsAndTheControlsDiffer() {
    int code = run("--program", "digits", "--cuts", "3", "--threads", "1", "--epochs", "3");

    assertThat(told.toString())
        .contains("digits, optimizer dropped", "digits, generators dropped")
        .doesNotContain("THE SAME");
    assertThat(told.toString().strip().lines().reduce((a, b) -> b))
        .as(told.toString())
        .hasValue("EXACT OK programs=1 cuts=3 identical=1");
    assertThat(code).isZero();
  }

  @Test
  void aProgramThatIsNotThereIsRefusedInASentence() {
    assertThat(run("--program", "nosuch.py")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("There is no program and no script nosuch.py.");
  }

  private int run(String... arguments) {
    return new CommandLine(new Exact())
        .setOut(new PrintWriter(told))
        .setErr(new PrintWriter(told))
        .execute(arguments);
  }
}
