package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.broughtTo;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.corrupt;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.refusal;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.History.CheckpointMarked;
import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Position;
import baton.protocol.Trouble;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * R3: the head moves back only from a checkpoint that is proven corrupt, and only to its parent.
 */
class RollbackTest {
  private final Job atOne = broughtTo(waiting(), "zoe", 1, 0);
  private final Job atTwo = leasedTo("anna", broughtTo(atOne, "zoe", 2, 0));

  @Test
  void theCoordinatorsOwnCheckProvesIt() {
    Decision decision = reject(atTwo, OwnCheck.CORRUPT).decide(atTwo, NOON);
    Job rolledBack = decision.changed().orElseThrow();

    assertThat(rolledBack.head()).isEqualTo(atOne.head());
    assertThat(rolledBack.state()).isEqualTo(JobState.WAITING);
    assertThat(decision.rows())
        .contains(
            new CheckpointMarked(
                atTwo.head().orElseThrow().digest(), CheckpointMarked.Mark.REJECTED, NOON),
            new History.SegmentEnded(atTwo.fence(), LeaseEnd.CORRUPT_HEAD, NOON));
  }

  @Test
  void oneSessionAloneProvesNothing() {
    Job accused = after(atTwo, reject(atTwo, OwnCheck.NOT_MADE));

    assertThat(accused.head()).isEqualTo(atTwo.head());
    assertThat(accused.state()).as("another may look").isEqualTo(JobState.WAITING);
  }

  @Test
  void aSecondSessionProvesIt() {
    Job second = leasedTo("ben", after(atTwo, reject(atTwo, OwnCheck.NOT_MADE)));
    Job rolledBack = after(second, reject(second, OwnCheck.NOT_MADE));

    assertThat(rolledBack.position()).isEqualTo(Position.ofEpochs(1));
  }

  /** Found by the simulation, seed 2646: a lone accuser was given the job again without end. */
  @Test
  void anAccuserIsNotGivenTheJobAgainBeforeAnotherHasLooked() {
    Job accused = after(atTwo, reject(atTwo, OwnCheck.NOT_MADE));

    Refusal refusal = refusal(accused, Acquire.free(ask("anna")));

    assertThat(refusal).isEqualTo(Refusal.NOT_ELIGIBLE);
  }

  @Test
  void aCheckpointTheCoordinatorFindsSoundSpeaksAgainstTheMachine() {
    Job second = leasedTo("ben", after(atTwo, reject(atTwo, OwnCheck.NOT_MADE)));
    Job kept = after(second, reject(second, OwnCheck.SOUND));

    assertThat(kept.head()).as("whoever else accused it").isEqualTo(atTwo.head());
    assertThat(kept.budget().bars())
        .containsOnlyKeys("cpu")
        .extractingByKey("cpu")
        .extracting(Budget.Bar::until)
        .isEqualTo(NOON.plus(Duration.ofMinutes(10)));
    assertThat(refusal(kept, Acquire.free(ask("cleo")))).isEqualTo(Refusal.NOT_ELIGIBLE);
  }

  @Test
  void theRolledBackHeadIsWhereTheNextLeaseBegins() {
    Job next = leasedTo("ben", after(atTwo, reject(atTwo, OwnCheck.CORRUPT)));

    assertThat(next.lease().orElseThrow().segment().from()).isEqualTo(Position.ofEpochs(1));
    assertThat(next.fence()).isEqualTo(atTwo.fence().next());
    assertThat(after(next, commit(next, 2, 0)).chain()).hasSize(2);
  }

  @Test
  void whoExtendsTheRejectedHeadIsRefused() {
    Job next = leasedTo("ben", after(atTwo, reject(atTwo, OwnCheck.CORRUPT)));

    assertThat(refusal(next, commit(atTwo, 3, 0))).isEqualTo(Refusal.STALE_FENCE);
    assertThat(refusal(next, underTheLeaseOf(next, commit(atTwo, 3, 0))))
        .isEqualTo(Refusal.STALE_PARENT);
  }

  @Test
  void withNothingLeftTheJobPausesAndSaysSo() {
    Job nothingLeft = nothingLeft();

    assertThat(nothingLeft.state()).isEqualTo(JobState.PAUSED);
    assertThat(nothingLeft.chain()).isEmpty();
    assertThat(nothingLeft.reason().orElseThrow()).startsWith("every kept checkpoint is corrupt");
  }

  @Test
  void withNothingLeftItNeverStartsAgainFromTheSeed() {
    Job nothingLeft = nothingLeft();

    assertThat(refusal(nothingLeft, new Resume(false, Optional.empty())))
        .isEqualTo(Refusal.NOTHING_LEFT);
    assertThat(refusal(nothingLeft, Acquire.free(ask("ben")))).isEqualTo(Refusal.NOT_WAITING);
    assertThat(after(nothingLeft, new Cancel()).state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void anAccusationIsForgottenWhenTheHeadMoves() {
    Job accused = after(atTwo, reject(atTwo, OwnCheck.NOT_MADE));
    Job moved = leasedTo("ben", broughtTo(accused, "zoe", 3, 0));

    assertThat(moved.budget().accusation()).isEmpty();
    assertThat(after(moved, reject(moved, OwnCheck.NOT_MADE)).head()).isEqualTo(moved.head());
  }

  @Test
  void anAccusationOfAHeadThatARestoreReplacedProvesNothingAboutTheNewOne() {
    Job accused = after(atTwo, reject(atTwo, OwnCheck.NOT_MADE));
    Job adopted = leasedTo("ben", after(accused, Samples.restore(9, atOne)));
    Job again = after(adopted, reject(adopted, OwnCheck.NOT_MADE));

    assertThat(again.head()).isEqualTo(atOne.head());
  }

  @Test
  void whatTheJobSufferedAtTheRejectedHeadIsForgiven() {
    Job lost = leasedTo("ben", atTwo);
    assertThat(lost.budget().lostInARow()).isEqualTo(1);

    assertThat(after(lost, reject(lost, OwnCheck.CORRUPT)).budget()).isEqualTo(Budget.UNTOUCHED);
  }

  @Test
  void aReportAboutWhatIsNoLongerTheHeadOnlyEndsTheLease() {
    Trouble old = corrupt(atTwo);
    Job moved = after(atTwo, commit(atTwo, 3, 0));
    Decision decision =
        new ReportCorrupt(moved.fence(), secretOf(moved), old, OwnCheck.CORRUPT)
            .decide(moved, NOON);

    assertThat(decision.changed().orElseThrow().head()).isEqualTo(moved.head());
    assertThat(decision.rows())
        .containsExactly(new History.SegmentEnded(moved.fence(), LeaseEnd.RELEASED, NOON));
  }

  @Test
  void onlyTheHolderIsHeard() {
    Job taken = leasedTo("ben", atTwo);

    assertThat(refusal(taken, reject(atTwo, OwnCheck.CORRUPT))).isEqualTo(Refusal.STALE_FENCE);
    assertThat(refusal(released(atTwo), reject(atTwo, OwnCheck.CORRUPT)))
        .isEqualTo(Refusal.STALE_FENCE);
  }

  @Test
  void corruptionIsRejectedAndNeverCountedAsAFailure() {
    assertThatThrownBy(() -> new Fail(atTwo.fence(), secretOf(atTwo), corrupt(atTwo)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(after(atTwo, reject(atTwo, OwnCheck.CORRUPT)).budget().failures()).isEmpty();
    assertThat(after(atTwo, reject(atTwo, OwnCheck.NOT_MADE)).budget().bars()).isEqualTo(Map.of());
  }

  private Job nothingLeft() {
    Job oneLeft = leasedTo("ben", after(atTwo, reject(atTwo, OwnCheck.CORRUPT)));
    return after(oneLeft, reject(oneLeft, OwnCheck.CORRUPT));
  }

  private static ReportCorrupt reject(Job job, OwnCheck ownCheck) {
    return new ReportCorrupt(job.fence(), secretOf(job), corrupt(job), ownCheck);
  }

  private static Commit underTheLeaseOf(Job job, Commit commit) {
    return new Commit(
        job.fence(),
        secretOf(job),
        Samples.checkpoint(
            commit.checkpoint().parent(), commit.checkpoint().position(), job.fence()),
        commit.profile(),
        commit.measurements(),
        commit.finalReason(),
        commit.verified(),
        commit.giveWay());
  }
}
