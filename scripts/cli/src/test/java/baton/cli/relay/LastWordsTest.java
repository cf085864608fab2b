package baton.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.process.ProcessOutput;
import baton.cli.process.SiteFailure;
import org.junit.jupiter.api.Test;

class LastWordsTest {
  private final LastWords words = new LastWords();

  @Test
  void theSentenceEndsWithWhyTheWorkerSaysThatItEnds() {
    words.add(new ProcessOutput("12:00:00 anna  toy| Traceback (most recent call last):"));
    words.add(
        new ProcessOutput(
            "12:00:00 anna  ends: The script failed at train.py line 3: KeyError: 'x'."));
    words.add(new ProcessOutput("a line of the JVM's"));

    SiteFailure failure = words.failure("the worker ended early", 5);

    assertThat(failure)
        .hasMessage(
            "the worker ended early (exit code 5): The script failed at train.py line 3: KeyError:"
                + " 'x'.");
    assertThat(failure.lastWords())
        .containsExactly(
            "toy| Traceback (most recent call last):",
            "ends: The script failed at train.py line 3: KeyError: 'x'.",
            "a line of the JVM's");
  }

  @Test
  void oneThatSaysNothingOfItsEndEndsWithTheLastLineThatSaysAnything() {
    words.add(new ProcessOutput("Error: Could not find or load main class"));
    words.add(new ProcessOutput("   "));

    assertThat(words.failure("the worker ended early", 1))
        .hasMessage(
            "the worker ended early (exit code 1): Error: Could not find or load main class");
  }

  @Test
  void oneThatSaidNothingAtAllIsToldByItsExitCode() {
    assertThat(words.failure("the worker ended early", 3))
        .hasMessage("the worker ended early (exit code 3): it said nothing");
    assertThat(words.failure("the worker ended early", 137)).hasMessageContaining("from outside");
    assertThat(words.failure("the worker said nothing for 9 s"))
        .hasMessage("the worker said nothing for 9 s: not since it was started");
  }

  @Test
  void onlyTheLastOfManyLinesAreKept() {
    for (int i = 0; i < 100; i++) {
      words.add(new ProcessOutput("line " + i));
    }

    assertThat(words.failure("the worker ended early", 1).lastWords())
        .hasSize(12)
        .last()
        .isEqualTo("line 99");
  }
}
