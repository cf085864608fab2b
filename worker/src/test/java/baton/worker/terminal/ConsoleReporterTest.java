package baton.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.Run;
import baton.worker.segment.SegmentRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsoleReporterTest {
  private static final JobSpec SPEC = JobSpec.of("digits", "digits", 24).withSeed(7);
  private static final Moment NOW = new Moment(Duration.ZERO, Instant.EPOCH);
  private static final Checkpoint HEAD = checkpoint(3, 0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private static Checkpoint checkpoint(int epoch, int batch) {
    Position at = new Position(epoch, batch);
    Sha256 digest = Sha256.ofText(at.toString());
    return new Checkpoint(digest, Optional.empty(), at, new Fence(7), "j1/" + at, digest, 10, 1);
  }

  private ConsoleReporter narrator(boolean interactive, boolean reportsBatches) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new ConsoleReporter(
        new Terminal(out, interactive, 80, "anna", () -> LocalTime.of(12, 34, 56)), reportsBatches);
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static void leased(ConsoleReporter narrator) {
    narrator.wanted(new Action.Ask(1, Duration.ofSeconds(30), Optional.empty()));
    happens(
        narrator,
        new Event.Granted(
            1,
            new Grant(
                new JobId("j1"),
                SPEC,
                new Fence(7),
                Duration.ofSeconds(60),
                Duration.ZERO,
                SPEC.segmentFrom(HEAD.position()),
                Optional.of(HEAD),
                new StoreId("s1"),
                Optional.empty(),
                false),
            NOW));
  }

  private static void happens(ConsoleReporter narrator, Event event) {
    narrator.happened(event, Optional.of(Duration.ofSeconds(43)));
  }

  private static Event trained(int epoch, int batch) {
    return new Event.Trained(1, new Run.Step(new Position(epoch, batch), 0.1234, Optional.empty()));
  }

  @Test
  void memoryForOneCopyOnlyIsToldAsALine() {
    ConsoleReporter narrator = narrator(false, false);
    leased(narrator);
    happens(narrator, new Event.Started(1, HEAD.position(), 45, 1));
    assertThat(lines()).last().asString().contains("memory is short: no save begins before");
  }

  @Test
  void aLeaseIsToldLineByLine() {
    ConsoleReporter narrator = narrator(false, false);
    leased(narrator);
    happens(narrator, new Event.Restored(1));
    happens(narrator, new Event.Started(1, HEAD.position(), 45, 2));
    happens(narrator, trained(3, 1));
    happens(
        narrator,
        new Event.Evaluated(1, new Measurement(new Position(4, 0), Map.of("accuracy", 0.98765))));
    narrator.wanted(new Action.Commit(1, checkpoint(4, 0), "{}", Optional.empty()));
    happens(
        narrator,
        new Event.Committed(1, checkpoint(4, 0).digest(), AfterCommit.RELEASE, Optional.empty()));
    narrator.wanted(new Action.Release(1, ReleaseReason.COMPLETED, Optional.empty()));
    assertThat(lines())
        .containsExactly(
            "12:34:56 anna  lease 7 of digits: epoch 3 to 4, from e3-b0",
            "12:34:56 anna  restored e3-b0",
            "12:34:56 anna  epoch 4 done: accuracy 0.9877",
            "12:34:56 anna  committed e4-b0, its turn is over",
            "12:34:56 anna  releases lease 7: its turn is over");
  }

  @Test
  void silenceIsToldOnceAndSoIsItsEnd() {
    ConsoleReporter narrator = narrator(false, false);
    leased(narrator);
    for (int i = 0; i < 3; i++) {
      happens(narrator, new Event.Unanswered(1, SegmentRequest.RENEW, "It cannot be reached."));
    }
    for (int i = 0; i < 2; i++) {
      happens(narrator, Event.Renewed.of(1, NOW, Duration.ofSeconds(60), Directive.GO_ON, ""));
    }
    assertThat(lines().subList(1, lines().size()))
        .containsExactly(
            "12:34:56 anna  no answer: It cannot be reached. It is asked again.",
            "12:34:56 anna  the coordinator answers again");
  }

  @Test
  void aProgramThatWatchesGetsALineForEachBatch() {
    ConsoleReporter narrator = narrator(false, true);
    leased(narrator);
    happens(narrator, trained(3, 17));
    assertThat(lines()).endsWith("at e3-b17 loss 0.1234");
  }

  @Test
  void theLastOutputOfAFailedProgramIsNotToldAgain() {
    ConsoleReporter narrator = narrator(false, false);
    leased(narrator);
    Trouble trouble = Trouble.program("toy failed.", "Correct it.\nIts last output:\n  Traceback");
    happens(narrator, new Event.TrainingFailed(1, trouble));
    narrator.wanted(new Action.Release(1, ReleaseReason.FAILED, Optional.of(trouble)));
    narrator.wanted(
        new Action.Exit(Action.Exit.Why.PROGRAM, trouble.message() + " " + trouble.remedy()));
    assertThat(lines().subList(1, lines().size()))
        .containsExactly(
            "12:34:56 anna  toy failed. Correct it.",
            "12:34:56 anna  releases lease 7: toy failed.",
            "12:34:56 anna  ends: toy failed. Correct it.");
  }

  @Test
  void whatAProgramPrintsStandsUnderItsName() {
    narrator(false, false).printed("toy", "epoch 1 of 3");
    assertThat(lines()).containsExactly("12:34:56 anna  toy| epoch 1 of 3");
  }

  @Test
  void aTerminalShowsABarThatIsGoneAfterTheStop() {
    ConsoleReporter narrator = narrator(true, false);
    leased(narrator);
    happens(narrator, new Event.Started(1, HEAD.position(), 45, 2));
    happens(narrator, trained(3, 17));
    narrator.wanted(new Action.Stop(1));
    happens(narrator, trained(3, 18));
    String shown = bytes.toString(StandardCharsets.UTF_8);
    assertThat(shown)
        .contains("digits epoch 4/24")
        .contains("17/45")
        .contains("loss 0.123, lease 43 s")
        .endsWith("\r\u001b[K");
  }

  @Test
  void eventsOfAFormerLeaseAreNotTold() {
    ConsoleReporter narrator = narrator(false, true);
    leased(narrator);
    narrator.wanted(new Action.Ask(2, Duration.ofSeconds(30), Optional.empty()));
    happens(narrator, trained(3, 1));
    happens(narrator, new Event.Restored(1));
    assertThat(lines()).hasSize(1);
  }

  private static final Data DATA =
      new Data(
          "grid",
          1,
          List.of(
              new DataFile(
                  "a.tar", 5_000_000, Sha256.ofText("a"), new DataSource.Directory("/data"))));

  private static void fetches(ConsoleReporter narrator) {
    JobSpec spec = JobSpec.of("digits", "digits", 24).withSeed(7).withData(DATA);
    Grant grant =
        new Grant(
            new JobId("j1"),
            spec,
            new Fence(7),
            Duration.ofSeconds(60),
            Duration.ZERO,
            spec.segmentFrom(Position.START),
            Optional.empty(),
            new StoreId("s1"),
            Optional.empty(),
            false);
    narrator.wanted(new Action.Ask(1, Duration.ofSeconds(30), Optional.empty()));
    happens(narrator, new Event.Granted(1, grant, NOW));
    narrator.wanted(new Action.Fetch(1, grant));
  }

  @Test
  void aFetchOfDataIsToldInTenthsWhereNobodyLooksOn() {
    ConsoleReporter narrator = narrator(false, false);
    fetches(narrator);
    for (int i = 0; i < 40; i++) {
      happens(narrator, new Event.Progressed(1, 100_000));
    }
    happens(narrator, new Event.Fetched(1));
    happens(narrator, new Event.Progressed(1, 9_000_000));

    assertThat(lines().stream().map(line -> line.replaceFirst(".*anna  ", "")).toList())
        .containsSubsequence(
            "looks for the data grid (5.0 MB), and fetches what is not here",
            "fetches the data grid: 10 %",
            "fetches the data grid: 20 %",
            "fetches the data grid: 30 %",
            "fetches the data grid: 40 %",
            "has the data grid")
        .doesNotContain("fetches the data grid: 50 %");
  }

  @Test
  void aFetchOfDataIsABarThatLeavesNothingBehind() {
    ConsoleReporter narrator = narrator(true, false);
    fetches(narrator);
    happens(narrator, new Event.Progressed(1, 4_000_000));
    happens(narrator, new Event.Fetched(1));

    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text).contains("data grid").contains("4/10 MB moved");
    assertThat(text).endsWith("has the data grid" + System.lineSeparator());
  }
}
