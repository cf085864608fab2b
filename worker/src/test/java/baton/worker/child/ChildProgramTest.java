package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.StateDigest;
import baton.worker.checkpoint.StateSpool;
import baton.worker.segment.Program.Start;
import baton.worker.segment.Run;
import baton.worker.segment.Run.Step;
import baton.worker.segment.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsPython
final class ChildProgramTest {
  @TempDir Path folder;
  private Scripts scripts;

  @BeforeEach
  void inAnEmptyFolder() {
    scripts = new Scripts(folder);
  }

  @Test
  void aScriptIsTrainedBatchByBatchToTheEndOfTheJob() throws Exception {
    try (Run run = scripts.begin(Scripts.HONEST)) {
      assertThat(run.position()).isEqualTo(Position.START);
      assertThat(run.batchesPerEpoch()).isEqualTo(Scripts.BATCHES);
      Step first = run.step();
      assertThat(first.position()).isEqualTo(new Position(0, 1));
      assertThat(first.loss()).isFinite().isNotZero();
      Scripts.train(run, 11);
      assertThat(run.position()).isEqualTo(Position.ofEpochs(Scripts.EPOCHS));
      assertThatThrownBy(run::step).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anEpochIsMeasuredByTheScriptAndItsMeanLoss() throws Exception {
    try (Run run = scripts.begin(Scripts.HONEST)) {
      double sum = 0;
      for (int i = 0; i < Scripts.BATCHES; i++) {
        sum += run.step().loss();
      }
      assertThat(run.evaluate().values())
          .containsEntry("accuracy", 0.5)
          .containsEntry("loss", sum / Scripts.BATCHES);
    }
  }

  @Test
  void aMetricThatIsNotFiniteIsAGapAndEndsNothing() throws Exception {
    String text =
        Scripts.HONEST.replace(
            "accuracy=0.5", "accuracy=0.5, f1=float('nan'), perplexity=float('inf')");
    try (Run run = scripts.begin(text)) {
      Scripts.train(run, Scripts.BATCHES);
      assertThat(run.evaluate().values())
          .containsEntry("accuracy", 0.5)
          .containsEntry("f1", Double.NaN)
          .containsEntry("perplexity", Double.NaN);
      assertThat(run.step().position()).isEqualTo(new Position(1, 1));
    }
  }

  @Test
  void killedAtAnyBatchAndRelayedEqualsUnbroken() throws Exception {
    Sha256 unbroken = digestAtEndOf(scripts.begin(Scripts.HONEST));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 4; i++) {
      int saveAfter = 1 + random.nextInt(11);
      ChildRun first = scripts.begin(Scripts.HONEST);
      Scripts.train(first, saveAfter);
      Position at = first.position();
      Path files = scripts.save(first);
      kill(first);
      assertThat(digestAtEndOf(scripts.goOn(Scripts.HONEST, at, files)))
          .as("saved after %d batches, seed %d", saveAfter, seed)
          .isEqualTo(unbroken);
    }
  }

  @Test
  void withoutItsGeneratorTheRelayDiffers() throws Exception {
    Sha256 unbroken = digestAtEndOf(scripts.begin(Scripts.HONEST));
    ChildRun first = scripts.begin(Scripts.HONEST);
    Scripts.train(first, 6);
    Path files = scripts.save(first);
    Scripts.train(first, 1);
    Path later = scripts.save(first);
    kill(first);
    Files.copy(
        later.resolve("extra.safetensors"),
        Files.createDirectory(folder.resolve("mixed")).resolve("extra.safetensors"));
    for (String name : new String[] {"model.safetensors", "optimizer.safetensors", "state.json"}) {
      Files.copy(files.resolve(name), folder.resolve("mixed").resolve(name));
    }
    assertThat(
            digestAtEndOf(
                scripts.goOn(Scripts.HONEST, new Position(1, 2), folder.resolve("mixed"))))
        .isNotEqualTo(unbroken);
  }

  @Test
  void aSaveIsWrittenWhileTrainingGoesOnAndOutlivesTheChild() throws Exception {
    Snapshot snapshot;
    try (Run run = scripts.begin(Scripts.HONEST)) {
      Scripts.train(run, 2);
      snapshot = run.snapshot();
      Scripts.train(run, 3);
    }
    Path target = Files.createDirectory(folder.resolve("late"));
    StateSpool.write(snapshot, target);
    assertThat(snapshot.position()).isEqualTo(new Position(0, 2));
    assertThat(target.toFile().list())
        .containsExactlyInAnyOrder(
            "model.safetensors", "optimizer.safetensors", "extra.safetensors", "state.json");
    assertThat(Safetensors.open(target.resolve("extra.safetensors")))
        .containsKey("generator.python");
  }

  @Test
  void aSnapshotCanBeWrittenAgainUntilItIsReleased() throws Exception {
    Path scratch;
    try (ChildRun run = scripts.begin(Scripts.HONEST)) {
      run.step();
      ChildSnapshot snapshot = (ChildSnapshot) run.snapshot();
      scratch = snapshot.folder();
      StateSpool.write(snapshot, Files.createDirectory(folder.resolve("failed")));
      Path again = Files.createDirectory(folder.resolve("again"));
      StateSpool.write(snapshot, again);
      assertThat(StateDigest.of(again)).isEqualTo(StateDigest.of(folder.resolve("failed")));

      snapshot.release();

      assertThat(scratch).doesNotExist();
      assertThat(StateDigest.of(again)).isNotNull();
    }
  }

  @Test
  void aScriptThatFinishesEarlySaysWhy() throws Exception {
    try (Run run =
        scripts.begin(
            """
            import baton
            run = baton.resume(state={})
            for epoch in run.epochs():
                for x in run.batches([1, 2]):
                    run.step(loss=1.0)
                if epoch == 1:
                    run.finish("the loss is flat")
            """)) {
      Scripts.train(run, 3);
      Step last = run.step();
      assertThat(last.finalReason()).contains("the loss is flat");
      assertThat(last.position()).isEqualTo(Position.ofEpochs(2));
      assertThat(scripts.save(run)).isDirectory();
    }
  }

  @Test
  void theScriptFindsItsDataInAFolder(@TempDir Path data) throws Exception {
    Files.writeString(data.resolve("numbers.txt"), "4 5");
    Start start =
        Start.plain(Scripts.spec(Map.of()), Position.START, Optional.empty(), "cpu")
            .withData(Optional.of(data));
    try (Run run =
        scripts
            .program(
                """
                import baton
                job = baton.job()
                print("numbers:", (job.data / "numbers.txt").read_text())
                run = baton.resume(state={})
                for x in run.batches([1]):
                    run.step()
                """)
            .start(start)) {
      run.step();
      assertThat(scripts.printed).contains("numbers: 4 5");
    }
  }

  @Test
  void theJobsParametersReachTheScriptInTheTypesOfItsDefaults() throws Exception {
    Start start =
        Start.plain(
            Scripts.spec(Map.of("rate", 1, "name", "x")), Position.START, Optional.empty(), "cpu");
    try (Run run =
        scripts
            .program(
                """
                import baton
                job = baton.job(rate=0.5, name="", depth=3)
                print(repr(job.rate), job.name, job.depth, job.epochs, job.seed, job.device)
                run = baton.resume(state={})
                for x in run.batches([1]):
                    run.step()
                """)
            .start(start)) {
      run.step();
      assertThat(scripts.printed).contains("1.0 x 3 3 42 cpu");
    }
  }

  @Test
  void theProfileNamesThePythonAndTheScriptsHashChangesWithTheScript() throws Exception {
    Map<String, String> before;
    try (Run run = scripts.begin(Scripts.HONEST)) {
      before = run.numericProfile();
      assertThat(run.architectureHash()).isNotNull();
    }
    try (Run run = scripts.begin(Scripts.HONEST + "# changed\n")) {
      assertThat(run.numericProfile().get("script")).isNotEqualTo(before.get("script"));
    }
    assertThat(before.get("language")).startsWith("Python 3.");
  }

  @Test
  void loadersOfUnknownLengthResumeExactlyToo() throws Exception {
    String text =
        """
        import random
        import baton
        job = baton.job()
        seen = {"order": []}
        run = baton.resume(state=seen)

        def shuffled(epoch):
            order = list(range(5))
            random.shuffle(order)
            for x in order:
                yield x + random.random()

        for x in run.batches(shuffled):
            seen["order"].append(x * random.random())
            run.step()
        """;
    Sha256 unbroken = digestAtEndOf(scripts.begin(text));
    ChildRun first = scripts.begin(text);
    Scripts.train(first, 8);
    Path files = scripts.save(first);
    kill(first);
    assertThat(digestAtEndOf(scripts.goOn(text, new Position(1, 3), files))).isEqualTo(unbroken);
  }

  @Test
  void batchesWithoutAStepAreGatheredIntoTheNextThatHasOne() throws Exception {
    try (Run run =
        scripts.begin(
            """
            import baton
            run = baton.resume(state={})
            for i in run.batches([0, 1, 2, 3]):
                if i % 2 == 1:
                    run.step(loss=1.0)
            """)) {
      assertThat(run.step().position()).isEqualTo(new Position(0, 2));
      assertThat(run.step().position()).isEqualTo(new Position(1, 0));
    }
  }

  @Test
  void itsStartIsToldAndThatItStillStartsWhileItImports() throws Exception {
    Path goOn = folder.resolve("go-on");
    String slow =
        "import os, time\nwhile not os.path.exists('%s'):\n    time.sleep(0.01)\n".formatted(goOn);
    ChildProgram program =
        scripts.program(slow + Scripts.HONEST).tellingOfItsStartEvery(Duration.ofMillis(1));
    Thread waiter =
        new Thread(
            () -> {
              await().until(() -> scripts.told.size() > 2);
              goOn.toFile().mkdir();
            });
    waiter.start();

    try (Run run = program.start(Scripts.fresh())) {
      run.step();
    }

    waiter.join();
    assertThat(scripts.told.get(0)).startsWith("starts ").contains("train.py").endsWith(" …");
    assertThat(scripts.told.get(1)).matches("… still starting, \\d+ s");
  }

  @Test
  void aProgressBarIsDrawnAnewAndIsALineAtItsEnd() throws Exception {
    String bar =
        """
        import sys
        import baton
        run = baton.resume(state={})
        for x in run.batches([1, 2, 3, 4]):
            print("\\r%d of 4" % x, end="\\n" if x == 4 else "", flush=True)
            run.step()
        """;
    try (Run run = scripts.begin(bar)) {
      Scripts.train(run, 3);
      await().until(() -> scripts.frames.contains("3 of 4"));
      run.step();
      await().until(() -> scripts.printed.contains("4 of 4"));
      await().until(() -> scripts.frames.get(scripts.frames.size() - 1).isEmpty());
    }
    assertThat(scripts.printed).containsExactly("4 of 4");
  }

  @Test
  void theOrderOfASetFollowsFromTheJobsSeed() throws Exception {
    String text =
        """
        import os
        import baton
        print("order:", os.environ["PYTHONHASHSEED"], list({"ash", "beech", "oak", "elm", "fir"}))
        run = baton.resume(state={})
        for x in run.batches([1]):
            run.step()
        """;
    for (int i = 0; i < 2; i++) {
      scripts.begin(text).close();
    }
    assertThat(scripts.printed).hasSize(2).allMatch(line -> line.startsWith("order: 42 "));
    assertThat(scripts.printed.get(0)).isEqualTo(scripts.printed.get(1));
  }

  @Test
  void aSeedThatPythonCannotTakeIsBroughtWithinItsRange() throws Exception {
    JobSpec spec = JobSpec.of("a-job", "toy", 1).withSeed(-1);
    String text = "import os\nprint(os.environ['PYTHONHASHSEED'])\n" + Scripts.HONEST;
    scripts.program(text).start(Start.plain(spec, Position.START, Optional.empty(), "cpu")).close();
    assertThat(scripts.printed).containsExactly("4294967295");
  }

  @Test
  void theEnvironmentsOwnSitecustomizeRunsToo() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.writeString(own.resolve("sitecustomize.py"), "print('the environment is set up')\n");
    Path script = Files.writeString(folder.resolve("train.py"), Scripts.HONEST);
    String command = "PYTHONPATH=\"$PYTHONPATH:%s\" exec \"$0\" \"$1\"".formatted(own);
    try (Run run =
        scripts
            .command("sh", "-c", command, NeedsPython.PYTHON, script.toString())
            .start(Scripts.fresh())) {
      run.step();
      assertThat(scripts.printed).contains("the environment is set up");
    }
  }

  private Sha256 digestAtEndOf(ChildRun run) throws Exception {
    try (run) {
      while (!run.position().equals(Position.ofEpochs(Scripts.EPOCHS))) {
        run.step();
      }
      return StateDigest.of(scripts.save(run));
    }
  }

  private static void kill(ChildRun run) throws IOException {
    ProcessHandle process = ProcessHandle.of(run.pid()).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
    run.close();
  }
}
