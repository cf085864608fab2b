package baton.proofs.crash;

import static org.assertj.core.api.Assertions.assertThat;

import baton.proofs.crash.Acknowledged.Committed;
import baton.proofs.crash.Acknowledged.Granted;
import baton.proofs.crash.Acknowledged.Released;
import baton.proofs.crash.Acknowledged.Steered;
import baton.proofs.crash.Acknowledged.Submitted;
import baton.proofs.crash.CrashFinding.Kind;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Segment;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobSubmission;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the outsider notices: the audit must be able to fail, in each of its points. */
class JobAuditTest {
  private static final JobId JOB = new JobId("job");
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<SegmentView> segments = new ArrayList<>();
  private final List<CheckpointView> checkpoints = new ArrayList<>();
  private String state = "RUNNING";
  private int fence = 2;

  /** Lease 1 commits the first epoch and releases; lease 2 commits the second and lives. */
  JobAuditTest() {
    acknowledged.add(new Submitted(JOB, "job"));
    acknowledged.add(granted(1, 0, 1, 2));
    acknowledged.add(committed(1, 1));
    acknowledged.add(new Released(JOB, new Fence(1)));
    acknowledged.add(granted(2, 1, 3, 4));
    acknowledged.add(committed(2, 2));
    segments.add(segment(1, "session-1", 0, "RELEASED"));
    segments.add(segment(2, "session-2", 1, null));
    checkpoints.add(checkpoint(1, 1));
    checkpoints.add(checkpoint(2, 2));
  }

  private static Granted granted(int fence, int from, long askedAt, long answeredAt) {
    return new Granted(
        JOB,
        new Fence(fence),
        Sha256.ofText("secret " + fence),
        new SessionId("session-" + fence),
        new Segment(Position.ofEpochs(from), Position.ofEpochs(from + 1)),
        askedAt,
        answeredAt);
  }

  private static Committed committed(int fence, int epoch) {
    Checkpoint of = checkpoint(fence, epoch).checkpoint();
    return new Committed(JOB, of.fence(), of.digest(), of.parent(), of.position(), false);
  }

  private static SegmentView segment(int fence, String session, int from, String ended) {
    return new SegmentView(
        new Fence(fence),
        new SessionId(session),
        "worker",
        Position.ofEpochs(from),
        Position.ofEpochs(from + 1),
        Position.ofEpochs(from + 1),
        ended,
        NOON,
        ended == null ? null : NOON);
  }

  private static CheckpointView checkpoint(int fence, int epoch) {
    return new CheckpointView(
        new Checkpoint(
            digest(epoch),
            epoch == 1 ? Optional.empty() : Optional.of(digest(epoch - 1)),
            Position.ofEpochs(epoch),
            new Fence(fence),
            "folder",
            digest(epoch),
            1,
            1),
        "KEPT",
        Verified.WORKER,
        NOON,
        null);
  }

  private static Sha256 digest(int epoch) {
    return Sha256.ofText("manifest " + epoch);
  }

  private JobView view() {
    JobSpec spec =
        new JobSpec(
            "job", "load", Map.of(), 9, 0, 0, Optional.empty(), Policy.DEFAULT, Optional.empty());
    Checkpoint head =
        checkpoints.isEmpty() ? null : checkpoints.get(checkpoints.size() - 1).checkpoint();
    return new JobView(
        JOB,
        state,
        null,
        JobSubmission.from(spec),
        null,
        null,
        new Fence(fence),
        head,
        null,
        null,
        null,
        List.of(),
        NOON,
        null,
        null);
  }

  private List<CrashFinding> findings() {
    return JobAudit.of(acknowledged, view(), segments, checkpoints);
  }

  @Test
  void aWholeHistoryIsInOrder() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void whatNobodyWasToldMayBeThereAsWell() {
    checkpoints.add(checkpoint(2, 3));

    assertThat(findings()).isEmpty();
  }

  @Test
  void aMissingCommitIsLost() {
    checkpoints.remove(1);

    assertThat(findings())
        .containsExactly(CrashFinding.lost("job lacks the commit of e2-b0 under lease 2"));
  }

  @Test
  void aMissingGrantIsLost() {
    segments.remove(1);

    assertThat(findings())
        .containsExactly(CrashFinding.lost("job lacks the grant of lease 2 to session-2"));
  }

  @Test
  void aJobBehindItsOwnHistoryIsLost() {
    fence = 1;

    assertThat(findings())
        .containsExactly(CrashFinding.lost("job lacks the grant of lease 2 to session-2"));
  }

  @Test
  void aReleasedLeaseThatLivesIsLost() {
    segments.set(0, segment(1, "session-1", 0, null));

    assertThat(findings())
        .contains(CrashFinding.lost("job lacks the release of lease 1"))
        .contains(CrashFinding.wrong("job: the leases [1, 2] are live at once"));
  }

  @Test
  void aReleasedLeaseThatRanOutIsLost() {
    segments.set(0, segment(1, "session-1", 0, "LOST"));

    assertThat(findings()).containsExactly(CrashFinding.lost("job lacks the release of lease 1"));
  }

  @Test
  void aCompleteJobThatRunsIsLost() {
    Committed last = committed(2, 2);
    acknowledged.add(
        new Committed(JOB, last.fence(), last.digest(), last.parent(), last.position(), true));

    assertThat(findings())
        .containsExactly(CrashFinding.lost("job lacks its completion (it is RUNNING)"));
  }

  @Test
  void oneFenceForTwoSessionsIsADuplicate() {
    segments.add(1, segment(1, "session-9", 1, "CONTINUED"));

    assertThat(findings()).extracting(CrashFinding::kind).contains(Kind.DUPLICATE_FENCE);
  }

  @Test
  void fencesThatFallAreWrong() {
    segments.add(segment(1, "session-1", 2, "RELEASED"));

    assertThat(findings()).contains(CrashFinding.wrong("job: lease 1 comes after lease 2"));
  }

  @Test
  void whoAskedLaterMustHaveTheHigherFence() {
    acknowledged.set(1, granted(1, 0, 5, 6));

    assertThat(findings())
        .containsExactly(CrashFinding.wrong("job: lease 1 was granted after a higher one"));
  }

  @Test
  void whoWaitedAllTheWhileMayHaveAnyFence() {
    acknowledged.set(1, granted(1, 0, 3, 6));

    assertThat(findings()).isEmpty();
  }

  @Test
  void aBrokenChainIsWrong() {
    acknowledged.removeIf(Committed.class::isInstance);
    checkpoints.remove(0);

    assertThat(findings())
        .containsExactly(
            CrashFinding.wrong("job: the checkpoint at e2-b0 does not extend the one before it"));
  }

  @Test
  void aWordThatWasAcknowledgedIsObeyed() {
    assertThat(Audit.disobeyed(new Steered(JOB, false, 1), view())).isEmpty();
    assertThat(Audit.disobeyed(new Steered(JOB, true, 1), view()))
        .contains(CrashFinding.lost("job is RUNNING, though it was paused last"));
  }
}
