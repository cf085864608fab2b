package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.protocol.Trouble.Kind;
import baton.worker.segment.Program.Start;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way a script can go wrong ends in one sentence, and in no process left behind. */
@NeedsPython
final class BadDaysTest {
  private static final String BEGIN =
      """
      import os, signal, sys, time
      import baton
      run = baton.resume(state={"w": [1.0]})
      for x in run.batches([1, 2, 3, 4]):
      """;

  @TempDir Path folder;
  private Scripts scripts;

  @BeforeEach
  void inAnEmptyFolder() {
    scripts = new Scripts(folder);
  }

  @Test
  void aScriptThatNeverStepsIsToldToStep() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    pass\n");
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message()).contains("never called run.step");
    assertThat(trouble.remedy()).contains("Call run.step(loss=loss) after each optimizer.step()");
  }

  @Test
  void aScriptThatPrintsBinaryTrainsOn() throws Exception {
    try (ChildRun run =
        scripts.begin(
            BEGIN
                + """
                    sys.stdout.buffer.write(bytes(range(256)) + b"\\n")
                    print("still here")
                    run.step(loss=1.0)
                """)) {
      Scripts.train(run, 3);
      await().until(() -> scripts.printed.contains("still here"));
      assertThat(scripts.printed).allMatch(line -> line.chars().noneMatch(c -> c < 32 && c != 9));
    }
  }

  @Test
  void aHundredMegabytesOfLogsNeitherFillMemoryNorBlockTraining() throws Exception {
    try (ChildRun run =
        scripts.begin(
            BEGIN
                + """
                    line = "x" * 999 + "\\n"
                    for _ in range(1000):
                        sys.stdout.write(line * 100)
                    run.step(loss=1.0)
                """)) {
      run.step();
      assertThat(run.position()).isEqualTo(new Position(0, 1));
      assertThat(scripts.printed.size()).isLessThan(500);
      assertThat(scripts.printed).allMatch(line -> line.length() <= 400);
      await().until(() -> scripts.printed.stream().anyMatch(l -> l.contains("are not shown")));
    }
  }

  @Test
  void whatAScriptForkedDiesWithIt() throws Exception {
    ChildRun run =
        scripts.begin(
            BEGIN
                + """
                    if x == 1 and os.fork() == 0:
                        time.sleep(600)
                    if x == 2 and os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0:
                            open("%s", "w").write(str(os.getpid()))
                            time.sleep(600)
                        os._exit(0)
                    run.step(loss=1.0)
                """
                    .formatted(folder.resolve("daemon")));
    Scripts.train(run, 3);
    await().until(() -> Files.exists(folder.resolve("daemon")));
    await().until(() -> !Files.readString(folder.resolve("daemon")).isEmpty());
    long daemon = Long.parseLong(Files.readString(folder.resolve("daemon")));
    assertThat(ProcessHandle.of(daemon)).isPresent();
    run.close();
    assertNobodyIsLeft(run.pid());
    await().until(() -> ProcessHandle.of(daemon).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void aScriptThatLeavesAChildToTrainIsFoundOut() throws Exception {
    Trouble trouble =
        whileTraining(
            BEGIN
                + """
                    if os.fork() > 0:
                        os._exit(0)
                    time.sleep(600)
                """);
    assertThat(trouble.message()).contains("ended at e0-b0 as if all were done");
    assertThat(trouble.remedy()).contains("a process that the script leaves behind");
  }

  @Test
  void aScriptThatIgnoresSigtermIsKilled() throws Exception {
    ChildRun run =
        scripts.begin(
            BEGIN
                + """
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    if x == 2:
                        while True:
                            time.sleep(1)
                    run.step(loss=1.0)
                """);
    run.step();
    run.close();
    assertNobodyIsLeft(run.pid());
  }

  @Test
  void aHangingScriptIsFreedByClosingTheRunFromAnotherThread() throws Exception {
    ChildRun run = scripts.begin(BEGIN + "    time.sleep(600)\n");
    Thread closer = new Thread(run::close);
    closer.start();
    assertThat(trouble(run::step).message()).isNotBlank();
    closer.join();
    assertNobodyIsLeft(run.pid());
  }

  @Test
  void aHangingScriptIsFreedByInterruptingWhoWaitsForIt() throws Exception {
    ChildRun run = scripts.begin(BEGIN + "    time.sleep(600)\n");
    interruptedSoon(run::step);
    run.close();
    assertNobodyIsLeft(run.pid());
  }

  @Test
  void aScriptThatHangsBeforeItsFirstWordIsFreedTheSameWay() throws Exception {
    String hanging =
        "import os, time\nprint(os.getpid(), flush=True)\nwhile True:\n    time.sleep(600)\n";
    Thread starter = Thread.currentThread();
    Thread killer =
        new Thread(
            () -> {
              await().until(() -> !scripts.printed.isEmpty());
              starter.interrupt();
            });
    killer.start();
    trouble(() -> scripts.begin(hanging));
    killer.join();
    assertThat(Thread.interrupted()).as("whoever interrupted is told that it was heard").isTrue();
    assertNobodyIsLeft(Long.parseLong(scripts.printed.get(0)));
  }

  @Test
  void aScriptThatExitsEarlyIsToldHowToFinish() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    run.step(loss=1.0)\n    sys.exit(0)\n");
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message()).contains("as if all were done").contains("e3-b0");
    assertThat(trouble.remedy()).contains("run.finish(reason)");
  }

  @Test
  void aScriptWithoutBatonIsToldWhatToAdd() {
    Trouble trouble = trouble(() -> scripts.begin("print('trained all by myself')\n"));
    assertThat(trouble.message()).contains("without calling baton.resume");
    assertThat(trouble.remedy()).contains("trained all by myself");
  }

  @Test
  void aScriptThatAsksForNoBatchIsFoundOut() {
    Trouble trouble = trouble(() -> scripts.begin("import baton\nbaton.resume(state={})\n"));
    assertThat(trouble.message()).contains("without asking for a batch");
  }

  @Test
  void anExceptionIsAnErrorWithItsLineAndTheLastOutput() throws Exception {
    Trouble trouble =
        whileTraining(
            BEGIN + "    print('about to fail')\n    raise ValueError('no such colour')\n");
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message())
        .isEqualTo("The script failed at train.py line 6: ValueError: no such colour.");
    assertThat(trouble.remedy()).contains("about to fail");
  }

  @Test
  void outOfMemoryIsAnErrorOfTheMachine() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    raise RuntimeError('CUDA out of memory.')\n");
    assertThat(trouble.kind()).isEqualTo(Kind.MACHINE);
    assertThat(trouble.remedy()).contains("more memory");
  }

  @Test
  void aKillFromOutsideIsAnErrorOfTheMachine() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    os.kill(os.getpid(), 9)\n");
    assertThat(trouble.kind()).isEqualTo(Kind.MACHINE);
    assertThat(trouble.message()).contains("signal 9");
  }

  @Test
  void aCrashOfNativeCodeNamesItsSignal() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    os.kill(os.getpid(), signal.SIGSEGV)\n");
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message()).contains("crashed with signal 11");
  }

  @Test
  void aMissingModuleIsNamed() {
    Trouble trouble = trouble(() -> scripts.begin("import no_such_torch\n"));
    assertThat(trouble.kind()).isEqualTo(Kind.MACHINE);
    assertThat(trouble.message()).contains("the Python module no_such_torch");
    assertThat(trouble.remedy()).startsWith("Install it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baton.py needs Python 3.9 or newer, and this is 3.7.16",
        "File \"/x/baton.py\", line 16\nSyntaxError: future feature annotations is not defined"
      })
  void anOldPythonIsNamed(String said) {
    Trouble refused =
        trouble(
            () ->
                scripts
                    .command("sh", "-c", "printf '%s' \"$0\"; exit 1", said)
                    .start(Scripts.fresh()));
    assertThat(refused.kind()).isEqualTo(Kind.MACHINE);
    assertThat(refused.message()).isEqualTo("The Python that runs toy is too old.");
  }

  @Test
  void aCommandThatIsNotThereIsNamed() {
    Trouble trouble = trouble(() -> scripts.command("python-of-old").start(Scripts.fresh()));
    assertThat(trouble.kind()).isEqualTo(Kind.MACHINE);
    assertThat(trouble.message()).contains("there is no program python-of-old");
  }

  @Test
  void aStateWithNanIsSaved() throws Exception {
    try (ChildRun run =
        scripts.begin(
            """
            import baton
            w = {"best": float("nan")}
            run = baton.resume(state=w)
            for x in run.batches([1, 2]):
                run.step(loss=1.0)
            """)) {
      run.step();
      assertThat(scripts.save(run)).isDirectory();
    }
  }

  @Test
  void aLossThatIsNoNumberEndsTheRun() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    run.step(loss=float('nan'))\n");
    assertThat(trouble.message()).isEqualTo("The loss is nan at epoch 0, batch 0.");
  }

  @Test
  void aParameterTheScriptDoesNotKnowIsRefused() {
    Start start =
        Start.plain(Scripts.spec(Map.of("rat", 1)), Position.START, Optional.empty(), "cpu");
    Trouble trouble = trouble(() -> scripts.program(Scripts.HONEST).start(start));
    assertThat(trouble.message()).isEqualTo("The script has no parameter rat.");
    assertThat(trouble.remedy()).contains("It has: rate.");
  }

  @Test
  void aScriptThatChangedBetweenLeasesIsRefused() throws Exception {
    Path files = savedAfter(2);
    String changed = Scripts.HONEST.replace("state=weights", "state=weights, ema={'a': [1.0]}");
    Trouble trouble = trouble(() -> scripts.goOn(changed, new Position(0, 2), files));
    assertThat(trouble.message())
        .isEqualTo("The checkpoint has the ema of 0, the script gives 1 to baton.resume.");
    assertThat(trouble.remedy()).contains("the script that began the job");
  }

  @Test
  void anotherVersionOfTheScriptIsRefusedAndBothAreNamed() throws Exception {
    Start start = halfDone();
    scripts.program(Scripts.HONEST).start(start).close();

    ChildProgram changed = scripts.program(Scripts.HONEST + "# a new version\n");
    Trouble trouble = trouble(() -> changed.start(start));
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message())
        .matches(
            "This toy is not what made the checkpoint at e0-b2:"
                + " another version of the script: [0-9a-f]{12} -> [0-9a-f]{12}\\.")
        .contains(start.madeBy().get("script").substring(0, 12));
    assertThat(trouble.remedy()).endsWith("run: baton resume a-job --accept-change");

    try (Run run = changed.acceptingNewCode().start(start)) {
      assertThat(run.step().position()).isEqualTo(new Position(0, 3));
      assertThat(run.numericProfile()).isNotEqualTo(start.madeBy());
    }
    assertThat(scripts.told)
        .anyMatch(line -> line.startsWith("goes on from e0-b2, as a person accepts, with another"));
  }

  @Test
  void aChangeThatAPersonAcceptsGoesOnAndSaysSo() throws Exception {
    Start half = halfDone();
    Start accepted = half.accepting(true);
    try (Run run = scripts.program(Scripts.HONEST + "# a new version\n").start(accepted)) {
      assertThat(run.step().position()).isEqualTo(new Position(0, 3));
    }
    assertThat(scripts.told)
        .anyMatch(line -> line.startsWith("goes on from e0-b2, as a person accepts, with another"));
  }

  /** Two batches done, with the profile that made them. */
  private Start halfDone() throws Exception {
    try (ChildRun run = scripts.begin(Scripts.HONEST)) {
      Scripts.train(run, 2);
      return Start.plain(
              Scripts.spec(Map.of()), new Position(0, 2), Optional.of(scripts.save(run)), "cpu")
          .madeBy(run.numericProfile());
    }
  }

  @Test
  void aMissingTensorIsNamed() throws Exception {
    Path files = savedAfter(2);
    Files.copy(
        files.resolve("model.safetensors"),
        files.resolve("extra.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    Trouble trouble = trouble(() -> scripts.goOn(Scripts.HONEST, new Position(0, 2), files));
    assertThat(trouble.message()).isEqualTo("The checkpoint has no tensor generator.python.");
  }

  @Test
  void aFileCutShortIsNamed() throws Exception {
    Path files = savedAfter(2);
    Files.write(files.resolve("extra.safetensors"), new byte[] {8, 0, 0});
    Trouble trouble = trouble(() -> scripts.goOn(Scripts.HONEST, new Position(0, 2), files));
    assertThat(trouble.message()).contains("extra.safetensors cannot be read");
  }

  @Test
  void aCutSocketIsAnErrorAndLeavesNobody() throws Exception {
    Trouble trouble =
        whileTraining(
            BEGIN
                + """
                    run._link._socket.shutdown(2)
                    time.sleep(600)
                """);
    assertThat(trouble.message()).isEqualTo("toy cut its connection to the worker.");
  }

  @Test
  void nonsenseOnTheSocketIsAnError() throws Exception {
    Trouble trouble = whileTraining(BEGIN + "    run._link._socket.sendall(b'\\xff{]\\n')\n");
    assertThat(trouble.kind()).isEqualTo(Kind.PROGRAM);
    assertThat(trouble.message()).startsWith("toy breaks the program protocol");
  }

  @Test
  void theWorkersOwnSecretsStayWithTheWorker() throws Exception {
    try (ChildRun run =
        scripts.begin(
            BEGIN
                + """
                    print("left:", [k for k in os.environ if k.startswith("BATON_")])
                    run.step(loss=1.0)
                """)) {
      run.step();
      await()
          .untilAsserted(
              () -> assertThat(scripts.printed).contains("left: ['BATON_RUN', 'BATON_JOB']"));
    }
  }

  private Path savedAfter(int batches) throws Exception {
    try (ChildRun run = scripts.begin(Scripts.HONEST)) {
      Scripts.train(run, batches);
      return scripts.save(run);
    }
  }

  /** What a script says that fails while it trains, after which nobody is left. */
  private Trouble whileTraining(String text) throws Exception {
    ChildRun run = scripts.begin(text);
    try (run) {
      return trouble(() -> Scripts.train(run, Scripts.EPOCHS * Scripts.BATCHES));
    } finally {
      assertNobodyIsLeft(run.pid());
    }
  }

  private static void interruptedSoon(ThrowingCallable doing) {
    Thread doer = Thread.currentThread();
    new Thread(
            () -> {
              await().until(() -> doer.getState() == Thread.State.WAITING);
              doer.interrupt();
            })
        .start();
    assertThat(trouble(doing).message()).contains("was told to stop");
    assertThat(Thread.interrupted()).as("whoever interrupted is told that it was heard").isTrue();
  }

  private static Trouble trouble(ThrowingCallable doing) {
    TroubleException thrown = catchThrowableOfType(TroubleException.class, doing);
    assertThat(thrown).as("a trouble").isNotNull();
    return thrown.trouble();
  }

  /** The group's leader and all of its members have ended. */
  private static void assertNobodyIsLeft(long group) {
    await()
        .atMost(Duration.ofSeconds(5))
        .until(
            () ->
                new ProcessBuilder("sh", "-c", "kill -s 0 -- -" + group + " 2>/dev/null")
                        .start()
                        .waitFor()
                    != 0);
  }
}
