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

import baton.protocol.Ask;
import baton.protocol.Phase;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * R11: churn, stalls and failures have budgets of their own. The policy allows three losses, two
 * stalls and three sessions with the same error, and bars a device for ten minutes.
 */
class BudgetTest {
  private static final Trouble OUT_OF_MEMORY =
      Trouble.machine("The GPU is out of memory.", "Use one with more.");
  private static final Instant BARRED_UNTIL = NOON.plus(Duration.ofMinutes(10));

  @Test
  void leasesLostInARowPauseTheJobWithTheReason() {
    Job lostTwice = leasedTo("cleo", leasedTo("ben", leasedTo("anna", waiting())));
    Decision third = takeOver("dora", lostTwice).decide(lostTwice, NOON);
    Job paused = third.changed().orElseThrow();

    assertThat(third.outcome()).isInstanceOf(Outcome.Refused.class);
    assertThat(paused.state()).isEqualTo(JobState.PAUSED);
    assertThat(paused.lease()).isEmpty();
    assertThat(paused.reason().orElseThrow()).startsWith("3 leases in a row were lost");
  }

  @Test
  void whoMendedAMachineResumesTheWaitingJobAndItsBarIsGone() {
    Job leased = leasedTo("anna", waiting());
    Job barred = after(leased, new Fail(leased.fence(), secretOf(leased), OUT_OF_MEMORY));

    Job resumed = after(barred, new Resume(false, Optional.empty()));

    assertThat(resumed.state()).isEqualTo(JobState.WAITING);
    assertThat(leasedTo("ben", resumed).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aCommitForgivesWhatWasLostBefore() {
    Job lostTwice = leasedTo("cleo", leasedTo("ben", leasedTo("anna", waiting())));
    Job moved = after(lostTwice, commit(lostTwice, 0, 1));

    assertThat(moved.budget().lostInARow()).isZero();
    assertThat(leasedTo("dora", moved).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aReleaseForgivesNothingAndCountsNothing() {
    Job lostOnce = leasedTo("ben", leasedTo("anna", waiting()));

    assertThat(released(lostOnce).budget().lostInARow()).isEqualTo(1);
  }

  @Test
  void whoeverResumesTheJobForgivesIt() {
    Job lostTwice = leasedTo("cleo", leasedTo("ben", leasedTo("anna", waiting())));
    Job resumed =
        after(after(lostTwice, takeOver("dora", lostTwice)), new Resume(false, Optional.empty()));

    assertThat(resumed.budget()).isEqualTo(Budget.UNTOUCHED);
    assertThat(resumed.reason()).isEmpty();
    assertThat(leasedTo("dora", resumed).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void stallsInARowPauseTheJobAndNameThePhase() {
    Job stalledOnce = leasedTo("ben", stalled(leasedTo("anna", waiting())));
    Job paused = stalled(stalledOnce);

    assertThat(paused.state()).isEqualTo(JobState.PAUSED);
    assertThat(paused.reason().orElseThrow())
        .startsWith("2 leases in a row stalled, the last in phase data");
  }

  @Test
  void lossesAndStallsAreCountedApart() {
    Job job = stalled(leasedTo("cleo", leasedTo("ben", leasedTo("anna", waiting()))));

    assertThat(job.state()).isEqualTo(JobState.WAITING);
    assertThat(job.budget().lostInARow()).isEqualTo(2);
    assertThat(job.budget().stallsInARow()).isEqualTo(1);
  }

  @Test
  void theSameErrorFromThreeSessionsFailsTheJobWithThatError() {
    Job job = failed("anna", waiting(), "The loss is NaN at e2-b7.");
    job = failed("ben", job, "The loss is NaN at e2-b7.");
    assertThat(job.state()).isEqualTo(JobState.WAITING);
    job = failed("cleo", job, "The loss is NaN at e2-b7.");

    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.reason()).contains("The loss is NaN at e2-b7. Mend it.");
  }

  @Test
  void numbersDoNotMakeItAnotherError() {
    Job job = failed("anna", waiting(), "Bad value at 0x7f12 in batch 3.");
    job = failed("ben", job, "Bad value at 0x9f88 in batch 14.");
    job = failed("cleo", job, "Bad value at 0x1f00 in batch 159.");

    assertThat(job.state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void oneSessionThriceIsStillOneSession() {
    Budget budget = Budget.UNTOUCHED;
    for (int i = 0; i < 3; i++) {
      budget = budget.failed(ask("anna").session(), "The loss is NaN.");
    }

    assertThat(budget.sessionsWith("The loss is NaN.")).isEqualTo(1);
    assertThat(budget.failures()).hasSize(3);
  }

  @Test
  void errorsBeforeTheHeadMovedDoNotCount() {
    Job job = failed("ben", failed("anna", waiting(), "NaN"), "NaN");
    Job cleos = leasedTo("cleo", job);
    Job moved = released(after(cleos, commit(cleos, 1, 0)));

    assertThat(failed("dora", moved, "NaN").state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void norDoTheyAfterARestoreFoundANewerHead() {
    Job known = Samples.broughtTo(waiting(), "zoe", 1, 0);
    Job failed = failed("ben", failed("anna", known, "NaN"), "NaN");
    Job newer = Samples.broughtTo(failed, "yves", 2, 0);

    assertThat(after(failed, Samples.restore(7, failed)).budget()).isEqualTo(failed.budget());
    Job restored = after(failed, Samples.restore(7, newer));

    assertThat(restored.position()).isEqualTo(newer.position());
    assertThat(failed("dora", restored, "NaN").state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void manyDifferentErrorsPauseTheJobAfterNine() {
    List<String> errors = List.of("A", "B", "C", "D", "E", "F", "G", "H");
    Job job = waiting();
    for (String error : errors) {
      job = failed("worker-" + error, job, error);
      assertThat(job.state()).isEqualTo(JobState.WAITING);
    }
    job = failed("worker-I", job, "I");

    assertThat(job.state()).isEqualTo(JobState.PAUSED);
    assertThat(job.reason().orElseThrow())
        .isEqualTo("9 sessions failed at the same head, each in its own way; the last: I");
  }

  @Test
  void aSessionThatFailedAJobIsNotGivenItAgain() {
    Job job = failed("anna", waiting(), "NaN");

    assertThat(refusal(job, Acquire.free(ask("anna", "new secret"))))
        .isEqualTo(Refusal.NOT_ELIGIBLE);
    assertThat(leasedTo("ben", job).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void norAfterTheHeadHasMoved() {
    Job bens = leasedTo("ben", failed("anna", waiting(), "NaN"));
    Job moved = released(after(bens, commit(bens, 1, 0)));

    assertThat(refusal(moved, Acquire.free(ask("anna")))).isEqualTo(Refusal.NOT_ELIGIBLE);
  }

  @Test
  void onlySoManySessionsAreRemembered() {
    Budget budget = Budget.UNTOUCHED;
    for (int i = 0; i <= 100; i++) {
      budget = budget.failed(ask("worker-" + i).session(), "NaN");
    }

    assertThat(budget.avoids(ask("worker-0").session())).isFalse();
    assertThat(budget.avoids(ask("worker-1").session())).isTrue();
    assertThat(budget.avoids(ask("worker-100").session())).isTrue();
  }

  @Test
  void anErrorOfTheMachineBarsItsKindOfDeviceUntilTheExactInstant() {
    Job job = machineFailed("anna", waiting());
    Acquire again = Acquire.free(ask("ben"));

    assertThat(again.decide(job, BARRED_UNTIL.minusNanos(1)).changed()).isEmpty();
    assertThat(again.decide(job, BARRED_UNTIL).changed()).isPresent();
  }

  @Test
  void anotherKindOfDeviceIsNotBarred() {
    Job job = machineFailed("anna", waiting());
    Acquire onGpu = Acquire.free(onT4("ben"));

    assertThat(after(job, onGpu).state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void theRefusalTellsTheRemedy() {
    Job job = machineFailed("anna", waiting());
    Outcome outcome = Acquire.free(ask("ben")).decide(job, NOON).outcome();

    assertThat(((Outcome.Refused) outcome).detail())
        .contains("cpu", "out of memory", "Use one with more.", BARRED_UNTIL.toString());
  }

  @Test
  void aBarOutlivesTheMovingOfTheHead() {
    Job bens = after(machineFailed("anna", waiting()), Acquire.free(onT4("ben")));
    Job moved = released(after(bens, commit(bens, 1, 0)));

    assertThat(refusal(moved, Acquire.free(ask("cleo")))).isEqualTo(Refusal.NOT_ELIGIBLE);
  }

  @Test
  void anErrorOfTheMachineNeverFailsTheJob() {
    Job job = waiting();
    Instant now = NOON;
    for (int i = 0; i < 30; i++) {
      now = now.plus(Duration.ofMinutes(10));
      job = after(job, Acquire.free(ask("worker-" + i)), now);
      job = after(job, new Fail(job.fence(), secretOf(job), OUT_OF_MEMORY), now);
    }

    assertThat(job.state()).isEqualTo(JobState.WAITING);
    assertThat(job.budget().failures()).isEmpty();
  }

  @Test
  void barsOfThePastAreDroppedWithTheNext() {
    Job job = machineFailed("anna", waiting());
    job = after(job, Acquire.free(onT4("ben")), BARRED_UNTIL);
    job = after(job, new Fail(job.fence(), secretOf(job), OUT_OF_MEMORY), BARRED_UNTIL);

    assertThat(job.budget().bars()).containsOnlyKeys("Tesla T4");
  }

  private static Acquire takeOver(String worker, Job job) {
    return new Acquire(ask(worker), Optional.of(job.fence()), Duration.ZERO, Optional.empty());
  }

  private static Job stalled(Job job) {
    return after(job, new Stall(job.fence(), Phase.DATA));
  }

  private static Job failed(String worker, Job waiting, String message) {
    Job job = leasedTo(worker, waiting);
    return after(job, new Fail(job.fence(), secretOf(job), Trouble.program(message, "Mend it.")));
  }

  private static Job machineFailed(String worker, Job waiting) {
    Job job = leasedTo(worker, waiting);
    return after(job, new Fail(job.fence(), secretOf(job), OUT_OF_MEMORY));
  }

  private static Ask onT4(String worker) {
    Ask ask = ask(worker);
    return Ask.of(
            ask.secretHash(), ask.session(), ask.worker(), ask.programs(), ask.stores(), "Tesla T4")
        .endingIn(ask.endsIn())
        .reading(Manifest.FORMAT);
  }
}
