package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.process.SiteFailure;
import baton.testing.PlainPython;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Scripts that each forget one thing, and the drill names it: real workers, one of them killed. */
@Tag("proof")
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
  void aScriptThatGivesAllItHasResumesExactlyAndLeavesTheFolderAsItWas() throws IOException {
    Path best = Files.writeString(folder.resolve("best.txt"), "mine");
    String writing =
        HONEST
            + """
                with open("best.txt", "w") as file:
                    file.write("the drill's")
                if run.epoch == 2 and run.batch == 2:
                    run.finish("good enough")
            """
            + "print('exported')\n";

    assertThat(drill(writing)).as(told.toString()).isZero();
    assertThat(best).hasContent("mine");
    assertThat(toldInOneLine())
        .contains("Each run works in a copy of " + folder.toRealPath() + " (2 kB in 2 files)")
        .containsPattern("went on from e0-b\\d, e[12]-b0, e[12]-b\\d ")
        .containsPattern("data order +identical +\\d+ batches")
        .containsPattern("randomness +identical +python")
        .contains("end identical at e2-b3: good enough")
        .contains("Not run: what follows the loop (train.py line ")
        .contains("DRILL EXACT program=script ");
  }

  @Test
  void dataThatTheLoopsOwnNameReachesDoNotBeginAnew() throws IOException {
    String constant =
        HONEST
            .replace("def shuffled(epoch):", "data = [[float(i), 1.0] for i in range(10)]")
            .replace("    return random.sample([float(x) for x in range(10)], 10)\n", "")
            .replace(
                "for x in run.batches(shuffled):",
                "for pair in run.batches(data):\n    x = pair[0]");

    assertThat(drill(constant)).as(told.toString()).isZero();
    assertThat(toldInOneLine()).doesNotContain("data[").contains("DRILL EXACT ");
  }

  @Test
  void aScriptThatIsSilentForTooLongIsToldTheOptionThatBearsIt() {
    List<String> words = List.of("told to stop: no progress in phase train", "ends: One lease.");
    SiteFailure silent = new SiteFailure("the worker ended early: One lease.", words);

    assertThat(Drill.why(silent, Duration.ofMinutes(1)))
        .startsWith("the script was silent for 60 s")
        .contains("give --longest-silence");
    assertThat(Drill.why(new SiteFailure("No such layer.", List.of()), Duration.ofMinutes(1)))
        .isEqualTo("No such layer.");
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
        .as("two orders may begin alike")
        .containsPattern("DRILL NOT EXACT first=data-order at=e0-b\\d ")
        .contains("the order of the data is drawn from what Baton does not seed");
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
  void aMetricThatIsSummedOverHalfAnEpochAfterTheRestoreIsNamed() throws IOException {
    String summed =
        HONEST.replace("run = baton", "total = 0.0\nrun = baton")
            + """
                total += loss
                if run.epoch_ended:
                    run.evaluated(total=total)
                    total = 0.0
            """;

    assertThat(drill(summed)).as(told.toString()).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=metrics ")
        .contains("The metric total (")
        .contains("(total begins anew with each worker)")
        .contains("run.mean(\"loss\")");
  }

  @Test
  void anEndThatComesLaterAfterARestoreIsNamed() throws IOException {
    String counting =
        HONEST.replace("run = baton", "patience = 0\nrun = baton")
            + """
                patience += 1
                if patience == 15:
                    run.finish('no better for 15 batches')
            """;

    assertThat(drill(counting)).as(told.toString()).isEqualTo(1);
    assertThat(toldInOneLine())
        .contains("DRILL NOT EXACT first=end ")
        .contains("(patience begins anew with each worker)");
  }

  @Test
  void aScriptThatTrainsWithoutBatonIsToldWhatToWrite() throws IOException {
    assertThat(drill("import baton\njob = baton.job(rate=0.1)\nprint('trained')\n"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString())
        .containsPattern("DRILL FAILED the worker ended early \\(exit code 5\\): .*run.batches");
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
        .execute(
            "--script",
            "python3 " + file.getFileName(),
            "--directory",
            folder.toString(),
            "--seed",
            "3",
            "--batches",
            "18");
  }
}
