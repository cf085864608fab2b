package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.refusal;
import static baton.coordinator.lease.Samples.released;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** R1 and R2: one live lease, and fences that only grow. */
class FenceRuleTest {
  private static final long RESTORED_AT = NOON.getEpochSecond();

  @Test
  void theFirstLeaseHasTheFirstFence() {
    assertThat(waiting().fence()).isEqualTo(Fence.NONE);
    assertThat(leasedTo("anna", waiting()).fence()).isEqualTo(new Fence(1));
  }

  @Test
  void fencesGrowAcrossARelease() {
    Job released = released(leasedTo("anna", waiting()));

    assertThat(released.fence()).as("kept, though nobody holds it").isEqualTo(new Fence(1));
    assertThat(leasedTo("anna", released).fence()).isEqualTo(new Fence(2));
  }

  @Test
  void fencesGrowAcrossALoss() {
    Job lost = leasedTo("ben", leasedTo("anna", waiting()));

    assertThat(lost.fence()).isEqualTo(new Fence(2));
    assertThat(lost.lease().orElseThrow().ask().worker()).isEqualTo("ben");
  }

  @Test
  void afterARestoreFencesGoOnAboveAllThatTheLostTimeMayHaveGranted() {
    Job restored =
        after(
            leasedTo("anna", waiting()),
            new RestoreJob(RESTORED_AT, Optional.of(RecoveredJob.NOTHING), Set.of()));

    assertThat(restored.lease()).isEmpty();
    assertThat(leasedTo("ben", restored).fence())
        .isEqualTo(new Fence(RESTORED_AT * (1L << 20) + 1));
  }

  @Test
  void aLeaseOfTheTimeBeforeTheBackUpIsStaleAfterTheRestore() {
    Job job = leasedTo("anna", waiting());
    Job restored =
        leasedTo(
            "ben",
            after(job, new RestoreJob(RESTORED_AT, Optional.of(RecoveredJob.NOTHING), Set.of())));

    assertThat(refusal(restored, commit(job, 1, 0))).isEqualTo(Refusal.STALE_FENCE);
    assertThat(renewed(restored, job)).isEqualTo(Directive.STOP);
  }

  @Test
  void aRestoreNeverGoesBackToAnIncarnation() {
    Job restored =
        after(waiting(), new RestoreJob(RESTORED_AT, Optional.of(RecoveredJob.NOTHING), Set.of()));

    assertThatThrownBy(
            () ->
                new RestoreJob(RESTORED_AT, Optional.of(RecoveredJob.NOTHING), Set.of())
                    .decide(restored, NOON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not above");
  }

  @Test
  void aLeaseThatIsNotSeenToHaveRunOutIsNotTakenAway() {
    Job job = leasedTo("anna", waiting());

    assertThat(refusal(job, Acquire.free(ask("ben")))).isEqualTo(Refusal.LEASE_HELD);
  }

  @Test
  void whatWasSeenOfAnEarlierLeaseSaysNothingOfThisOne() {
    Job annas = leasedTo("anna", waiting());
    Job bens = leasedTo("ben", annas);

    assertThat(
            refusal(
                bens,
                new Acquire(
                    ask("cleo"), Optional.of(annas.fence()), Duration.ZERO, Optional.empty())))
        .isEqualTo(Refusal.LEASE_HELD);
  }

  @Test
  void aRunOutLeaseLivesUntilTheNextGrantEndsIt() {
    Job job = leasedTo("anna", waiting());

    Decision ranOut = new Expire(job.fence()).decide(job, NOON.plus(Duration.ofDays(1)));
    assertThat(ranOut.changed()).as("running out only permits").isEmpty();
    assertThat(renewed(job, job)).isEqualTo(Directive.GO_ON);

    Decision grant =
        new Acquire(ask("ben"), Optional.of(job.fence()), Duration.ZERO, Optional.empty())
            .decide(job, NOON);
    assertThat(grant.rows())
        .startsWith(new History.SegmentEnded(job.fence(), LeaseEnd.LOST, NOON))
        .hasAtLeastOneElementOfType(History.SegmentStarted.class);
    assertThat(renewed(grant.changed().orElseThrow(), job)).isEqualTo(Directive.STOP);
  }

  @Test
  void whoCameBackInTimeKeepsARunOutLease() {
    Job job = leasedTo("anna", waiting());
    Job committed = after(job, commit(job, 1, 0), NOON.plus(Duration.ofHours(3)));

    assertThat(committed.fence()).isEqualTo(job.fence());
    assertThat(committed.lease()).isEqualTo(job.lease());
  }

  @Test
  void aSessionWithALiveLeaseIsGivenNoSecondOne() {
    Job leased = leasedTo("anna", waiting("first", 0, NOON));
    Job other = waiting("second", 9, NOON);

    assertThat(Schedule.choose(List.of(leased, other), ask("anna"), Map.of(), NOON))
        .isEqualTo(new Schedule.Choice.Held(leased.id(), leased.fence()));
  }

  @Test
  void eachTransitionNamesTheSessionThatHoldsTheLeaseAfterIt() {
    Job job = leasedTo("anna", waiting());

    assertThat(transitionTo(job).session()).contains(ask("anna").session());
    assertThat(transitionTo(released(job)).session()).isEmpty();
  }

  private static JobStore.Transition transitionTo(Job job) {
    return new JobStore.Transition(
        job.version() - 1, job, new Outcome.Released(), List.of(), Optional.empty(), () -> true);
  }

  /** What {@code job} tells the holder of the lease that was live in {@code then}. */
  private static Directive renewed(Job job, Job then) {
    Outcome outcome =
        new Renew(then.fence(), secretOf(then), Position.START).decide(job, NOON).outcome();
    return ((Outcome.Renewed) outcome).directive();
  }

  @Test
  void aJobWhoseStoreCannotBeReadPausesAfterARestoreAndNeverStartsFromTheSeedByItself() {
    Job restored =
        after(leasedTo("anna", waiting()), new RestoreJob(RESTORED_AT, Optional.empty(), Set.of()));

    assertThat(restored.state()).isEqualTo(JobState.PAUSED);
    assertThat(restored.reason().orElseThrow()).contains("its store could not be read");
  }
}
