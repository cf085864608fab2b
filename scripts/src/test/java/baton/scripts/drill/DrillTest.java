package baton.scripts.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.scripts.program.PlainPython;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Scripts that each forget one thing, and the drill names it: real workers, one of them killed. */
class DrillTest {
  /** Three weights, momentum, ten examples in an order of each epoch's own; and all of it saved. */
  private static final String HONEST =
      """
      import random
      import baton

      job = baton.job(epochs=2, seed=1, rate=0.05)

      class Momentum:
          def __init__(self):
              self.speed = [0.0, 0.0, 0.0]
          def zero_grad(self):
              pass
          def step(self, weights, slopes):
              self.speed = [0.9 * s + g for s, g in zip(self.speed, slopes)]
              return [w - job.rate * s for w, s in zip(weights, self.speed)]
          def state_dict(self):
              return {"speed": self.speed}
          def load_state_dict(self, state):
              self.speed = state["speed"]

      model = {"w": [random.random() for _ in range(3)], "seen": 0}
      optimizer = Momentum()
      def shuffled(epoch):
          return random.sample([float(x) for x in range(10)], 10)

      run = baton.resume(optimizer=optimizer, state=model)
      for x in run.batches(shuffled):
          noise = random.random()
          loss = sum((w - x * noise) ** 2 for w in model["w"])
          model["w"] = optimizer.step(model["w"], [w - x * noise for w in model["w"]])
          model["seen"] += 1
          run.step(loss=loss)
      """;

  @TempDir Path folder;
  private final StringWriter told = new StringWriter();

  @BeforeAll
  static void withPython() {
    PlainPython.assume("DrillTest");
  }

  @Test
  void aScriptThatGivesAllItHasResumesExactly() throws IOException {
    assertThat(drill(HONEST)).as(told.toString()).isZero();
    assertThat(toldInOneLine())
        .containsPattern("data order +identical +\\d+ batches")
        .containsPattern("randomness +identical +python")
        .contains("DRILL EXACT program=script ");
  }

  @Test
  void anOptimizerThatIsNotGivenIsNamed() throws IOException {
    assertThat(drill(HONEST.replace("optimizer=optimizer, ", ""))).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=optimizer ")
        .contains("optimizer (Momentum) is not given");
  }

  @Test
  void weightsDrawnBeforeTheSeedAreNamed() throws IOException {
    String early =
        HONEST
            .replace("import baton\n", "import baton\nearly = random.random()\n")
            .replace("\"w\": [random.random() for", "\"w\": [early for");

    assertThat(drill(early)).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=weights at=e0-b0 ")
        .contains("Call baton.job() after the imports");
  }

  @Test
  void anOrderFromAnUnseededGeneratorIsNamed() throws IOException {
    String unseeded =
        HONEST
            .replace("import baton\n", "import baton\nmine = random.Random()\n")
            .replace("random.sample(", "mine.sample(");

    assertThat(drill(unseeded)).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=data-order at=e0-b0 ")
        .contains("alive and not given to baton.resume: mine (Random)");
  }

  @Test
  void aGeneratorOfTheScriptsOwnThatIsNotRestoredIsNamed() throws IOException {
    String own =
        HONEST
            .replace("import baton\n", "import baton\nmine = random.Random(5)\n")
            .replace("noise = random.random()", "noise = mine.random()");

    assertThat(drill(own)).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=randomness ")
        .contains("a generator of the script's own");
  }

  @Test
  void aCounterThatIsNotGivenIsNamed() throws IOException {
    String counter =
        HONEST
            .replace("run = baton", "steps = 0\nrun = baton")
            .replace(
                "    noise = random.random()",
                "    steps += 1\n    noise = random.random() / (1 + steps)");

    assertThat(drill(counter)).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=program-state ")
        .contains("give it to baton.resume(state=…)");
  }

  @Test
  void aScriptThatFailsCannotBeTriedAndItsLastWordsSayWhy() throws IOException {
    assertThat(drill(HONEST.replace("noise = random.random()", "noise = nosuch")))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("DRILL FAILED the worker ended early", "nosuch");
  }

  @Test
  void aProgramThatTheWorkerDoesNotHaveIsRefusedAtOnce() {
    int code = new CommandLine(new Drill()).setErr(new PrintWriter(told)).execute("nosuch");

    assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString()).contains("no program nosuch", "digits", "--script");
  }

  private String toldInOneLine() {
    return told.toString().replaceAll("\\s+", " ");
  }

  private int drill(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("train.py"), script);
    return new CommandLine(new Drill())
        .setOut(new PrintWriter(told))
        .setErr(new PrintWriter(told))
        .execute("--script", "python3 '" + file + "'", "--seed", "3", "--batches", "15");
  }
}
