package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.StatusView;
import baton.protocol.message.StatusView.DriveView;
import baton.protocol.message.StatusView.WaitingView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTextTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final int COLUMNS = 100;

  private static JobView job(
      String name, String reason, JobView.LeaseView lease, String... notices) {
    Checkpoint head =
        new Checkpoint(
            Sha256.ofText("head"),
            Optional.empty(),
            Position.ofEpochs(12),
            new Fence(7),
            "folder",
            Sha256.ofText("state"),
            1,
            1);
    return new JobView(
        new JobId("j1"),
        lease == null ? "PAUSED" : "RUNNING",
        reason,
        JobSubmission.from(Samples.spec(name, "digits", 24)),
        null,
        Samples.STORE,
        new Fence(7),
        head,
        new JobView.CertificateView(
            "EXACT", "exact: trained under one numeric profile", null, null, List.of()),
        lease,
        new Measurement(Position.ofEpochs(12), Map.of("accuracy", 0.97125, "loss", 0.0831)),
        List.of(notices),
        NOON,
        lease == null ? null : 190L,
        null);
  }

  private static JobView measured(Map<String, Double> values) {
    JobView job = job("digits", null, lease("kaggle-1"));
    return new JobView(
        job.id(),
        job.state(),
        job.reason(),
        job.spec(),
        job.data(),
        job.store(),
        job.fence(),
        job.head(),
        job.certificate(),
        job.lease(),
        new Measurement(job.head().position(), values),
        job.notices(),
        job.submittedAt(),
        job.etaSeconds(),
        null);
  }

  private static JobView.LeaseView lease(String worker) {
    return lease(new Fence(7), worker);
  }

  private static JobView.LeaseView lease(Fence fence, String worker) {
    return new JobView.LeaseView(
        fence,
        new SessionId("s"),
        worker,
        "cpu",
        new Segment(Position.ofEpochs(12), Position.ofEpochs(13)),
        41_900,
        Phase.TRAIN,
        new Position(12, 9),
        0.0829,
        "saves every 48 s: a save costs 40 ms, sessions like this last 8.0 h (2 lost in 20.0 h)",
        NOON);
  }

  @Test
  void tellsEverythingAtAGlance() {
    StatusView status =
        new StatusView(
            List.of(job("digits", null, lease("kaggle-1"))),
            List.of(new WaitingView(new SessionId("t"), "laptop", "cpu", List.of("digits"))),
            null);

    assertThat(StatusText.of(status, NOON, false))
        .isEqualTo(
            """
            Baton, 2026-01-02 12:00:00Z: 1 job, 1 waiting worker

            JOB              STATE     PROGRESS                 HEAD      HOLDER               LEASE  ETA
            digits           RUNNING   [#####-----] 12/24       e12-b0    kaggle-1 #7          41s    3m10s
              id j1
              at e12-b0: accuracy 0.9713, loss 0.08310
              exact: trained under one numeric profile
              now train at e12-b9, loss 0.08290
              saves every 48 s: a save costs 40 ms, sessions like this last 8.0 h (2 lost in 20.0 h)

            Waiting:
              laptop on cpu, for digits
            """);
  }

  @Test
  void aLimitThatTheJobAsksForIsShown() {
    JobView job = job("digits", null, lease("kaggle-1"));
    JobSpec asked =
        JobSpec.of("digits", "digits", 24)
            .withPolicy(Policy.DEFAULT.silentFor(Duration.ofMinutes(90)));
    JobView patient =
        new JobView(
            job.id(),
            job.state(),
            null,
            JobSubmission.from(asked),
            null,
            job.store(),
            job.fence(),
            job.head(),
            job.certificate(),
            job.lease(),
            job.latest(),
            job.notices(),
            job.submittedAt(),
            null,
            null);

    assertThat(StatusText.of(new StatusView(List.of(patient), List.of(), null), NOON, false))
        .contains("  a batch may take up to 1h30m, as the job asks\n");
  }

  @Test
  void aMetricThatWasNotFiniteIsAGap() {
    Map<String, Double> values =
        Map.of(
            "accuracy", Double.NaN,
            "accuracy.highest", Double.NaN,
            "accuracy.highestEpoch", Double.NaN,
            "loss", 0.05);

    assertThat(
            StatusText.of(new StatusView(List.of(measured(values)), List.of(), null), NOON, false))
        .contains("at e12-b0: accuracy –, loss 0.05000\n")
        .doesNotContain("best", "NaN");
  }

  @Test
  void theTableStaysOneAfterARestoreThoughFencesAreLong() {
    JobView.LeaseView restored = lease(new Fence(1_882_652_976_087_041L), "kaggle-1");
    StatusView status = new StatusView(List.of(job("digits", null, restored)), List.of(), null);

    assertThat(StatusText.of(status, NOON, false).lines().skip(2).limit(2))
        .extracting(line -> line.substring(62))
        .containsExactly("HOLDER               LEASE  ETA", "kaggle-1 #1'         41s    3m10s");
  }

  @Test
  void theBestEpochHasALineOfItsOwn() {
    Map<String, Double> values =
        Map.of(
            "accuracy", 0.97,
            "accuracy.highest", 0.98125,
            "accuracy.highestEpoch", 9.0,
            "loss.generator", 0.7,
            "fell.lowest", 1.0);

    assertThat(
            StatusText.of(new StatusView(List.of(measured(values)), List.of(), null), NOON, false))
        .contains("  at e12-b0: accuracy 0.9700, loss.generator 0.7000\n")
        .contains("  best: highest accuracy 0.9813, at e9-b0\n")
        .doesNotContain("fell");
  }

  @Test
  void aPausedJobSaysWhyAndWhatWouldHelp() {
    StatusView status =
        new StatusView(
            List.of(job("digits", "paused by a person", null, "Do this.")), List.of(), null);

    assertThat(StatusText.of(status, NOON, false))
        .contains("PAUSED", "  paused by a person\n", "  ! Do this.\n");
  }

  @Test
  void theTableKeepsToItsColumnsHoweverLongTheNames() {
    String longest = "n".repeat(64);
    String text =
        StatusText.of(
            new StatusView(List.of(job(longest, null, lease(longest))), List.of(), null),
            NOON,
            false);

    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(COLUMNS));
  }

  @Test
  void whatAWorkerWroteCannotMoveTheCursor() {
    String text =
        StatusText.of(
            new StatusView(
                List.of(job("digits", null, null, "red\u001b[31m\nline")), List.of(), null),
            NOON,
            false);

    assertThat(text).doesNotContain("\u001b").contains("red [31m line");
  }

  @Test
  void theDriveIsShownWithItsTrashAndWhatToDo() {
    DriveView drive =
        new DriveView(
            "a@b.c",
            "client",
            new StoreId("store"),
            false,
            "Sign in again.",
            15_000_000_000L,
            3_200_000_000L,
            400_000_000L);
    assertThat(StatusText.of(new StatusView(List.of(), List.of(), drive), NOON, false))
        .contains("Google Drive of a@b.c: 3.2 GB of 15.0 GB used, 400.0 MB of it in the trash")
        .contains("  ! Sign in again.");
    DriveView unknown =
        new DriveView("a@b.c", "client", new StoreId("store"), true, null, null, null, null);
    assertThat(StatusText.of(new StatusView(List.of(), List.of(), unknown), NOON, false))
        .contains("Google Drive of a@b.c: its space is not known yet");
  }

  @Test
  void withoutJobsItSaysSo() {
    assertThat(StatusText.of(new StatusView(List.of(), List.of(), null), NOON, false))
        .isEqualTo("Baton, 2026-01-02 12:00:00Z: 0 jobs, no worker waits\n");
  }

  private static JobView over(String name) {
    JobView job = job(name, null, null);
    return new JobView(
        job.id(),
        "COMPLETE",
        "all epochs are done",
        job.spec(),
        job.data(),
        job.store(),
        job.fence(),
        job.head(),
        job.certificate(),
        null,
        job.latest(),
        job.notices(),
        job.submittedAt(),
        null,
        null);
  }

  private static List<JobView> manyThatAreOver() {
    return IntStream.rangeClosed(1, 14).mapToObj(n -> over("done-" + n)).toList();
  }

  @Test
  void ofJobsThatAreOverOnlyTheNewestIsToldWhole() {
    assertThat(
            StatusText.of(
                new StatusView(manyThatAreOver().subList(0, 2), List.of(), null), NOON, false))
        .isEqualTo(
            """
            Baton, 2026-01-02 12:00:00Z: 2 jobs, no worker waits

            JOB              STATE     PROGRESS                 HEAD      HOLDER               LEASE  ETA
            done-1           COMPLETE  [#####-----] 12/24       e12-b0    -                    -      -
              id j1
              at e12-b0: accuracy 0.9713, loss 0.08310
              exact: trained under one numeric profile
              all epochs are done
            done-2           COMPLETE  [#####-----] 12/24       e12-b0    exact: trained under one numeric prof~
            """);
  }

  @Test
  void ofVeryManyThatAreOverTheirNumberIsTold() {
    StatusView status = new StatusView(manyThatAreOver(), List.of(), null);

    assertThat(StatusText.of(status, NOON, false))
        .contains("done-10")
        .doesNotContain("done-11")
        .contains("and 4 more that are over: status --all");
    assertThat(StatusText.of(status, NOON, true))
        .contains("done-14")
        .doesNotContain("more that are over");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "59,59s",
    "60,1m0s",
    "3599,59m59s",
    "3600,1h0m",
    "86399,23h59m",
    "90000,1d1h"
  })
  void timeIsToldInItsTwoLargestUnits(long seconds, String told) {
    assertThat(StatusText.span(Duration.ofSeconds(seconds))).isEqualTo(told);
  }
}
