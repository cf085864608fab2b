package baton.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.WorkerProcess;
import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Cadence;
import baton.protocol.Position;
import baton.testing.PlainPython;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real workers of a small script, some of them killed, some of them odd. */
@Tag("proof")
@Timeout(120)
class RelayRunTest {
  private static final String SCRIPT =
      """
      import os, time
      import baton

      job = baton.job(epochs=3)
      state = {"w": 0.0}
      run = baton.resume(state=state)
      for x in run.batches([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]):
          %s
          state["w"] += x
          run.step(loss=state["w"])
      """;

  private static final String SLOW =
      SCRIPT.formatted("time.sleep(7 if run.batch == run.epoch == 0 else 0)");

  private static final Cadence EVERY_TWO = new Cadence(2, Cadence.Unit.BATCHES);

  @TempDir Path folder;
  private Path store;
  private Site site;

  @BeforeAll
  static void withPython() {
    PlainPython.assume("RaceTest");
  }

  @BeforeEach
  void aSite() throws IOException {
    store = Files.createDirectory(folder.resolve("store"));
    site = new Site(folder, Optional.of(store));
    site.open();
  }

  @AfterEach
  void nobodyIsLeft() {
    site.close();
  }

  @Test
  void workersGoOnFromWhereItWasPlanned() throws IOException {
    Plan plan =
        new Plan(
            EVERY_TWO,
            List.of(
                new PlannedKill(new Position(0, 3), Head.MID_EPOCH),
                new PlannedKill(new Position(1, 0), Head.EPOCH_END)),
            Optional.empty(),
            Duration.ofMillis(150),
            Plan.USUAL_SILENCE);

    RelayRun.Result result = race(SCRIPT.formatted("pass"), plan, UnaryOperator.identity());

    assertThat(result.isComplete()).isTrue();
    assertThat(result.killed()).hasSize(2);
    assertThat(result.restored().get(0).epoch()).isZero();
    assertThat(result.restored().get(0).batch()).isPositive();
    assertThat(result.restored().get(1)).isEqualTo(new Position(1, 0));
  }

  @Test
  void aWorkerThatHeardOfTheJobsEndBeforeItsLastCommitWasAnsweredHasNotEndedEarly()
      throws IOException {
    RelayRun.Result result =
        race(
            SCRIPT.formatted("pass"),
            Plan.unbroken(),
            start -> start.by(HushedWorkerMain.class.getName()));

    assertThat(result.isComplete()).isTrue();
    assertThat(result.job().head().position()).isEqualTo(new Position(3, 0));
  }

  @Test
  void aWorkerThatEndsEarlyIsToldWithItsExitCodeAndWhy() {
    assertThatThrownBy(
            () ->
                race(
                    SCRIPT.formatted("raise ValueError('torn')"),
                    Plan.unbroken(),
                    UnaryOperator.identity()))
        .isInstanceOf(SiteFailure.class)
        .hasMessageMatching("the worker ended early \\(exit code 5\\): .*ValueError: torn.*")
        .satisfies(
            e -> assertThat(((SiteFailure) e).lastWords()).anyMatch(w -> w.contains("Traceback")));
  }

  @Test
  void aWorkerThatEndsWithoutAWordIsToldWithItsExitCode() {
    assertThatThrownBy(
            () ->
                race(
                    SCRIPT.formatted("pass"),
                    Plan.unbroken(),
                    start -> start.by(SilentWorkerMain.class.getName())))
        .hasMessage("the worker ended early (exit code 3): it said nothing");
  }

  @Test
  void aBatchThatTakesLongerThanWasSaidIsNotWaitedFor() {
    Plan impatient = Plan.unbroken().silentFor(Duration.ofSeconds(5));

    assertThatThrownBy(() -> race(SLOW, impatient, UnaryOperator.identity()))
        .hasMessageContaining("said nothing for 5 s (longer batches need --longest-silence)");
  }

  @Test
  void aBatchThatTakesAsLongAsWasSaidIsWaitedFor() throws IOException {
    Plan patient = Plan.unbroken().silentFor(Duration.ofSeconds(100));

    assertThat(race(SLOW, patient, UnaryOperator.identity()).isComplete()).isTrue();
  }

  private RelayRun.Result race(String script, Plan plan, UnaryOperator<WorkerProcess.Start> as)
      throws IOException {
    Path file = Files.writeString(folder.resolve("train.py"), script);
    Subject subject =
        new Subject(
            "toy",
            Optional.of("python3 '" + file + "'"),
            List.of(),
            Map.of(),
            3,
            System.nanoTime());
    return RelayRun.run(
        site,
        "race-" + System.nanoTime(),
        subject,
        plan,
        number -> as.apply(subject.worker(1, "cpu", store, Map.of())),
        said -> {});
  }
}
