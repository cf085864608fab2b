package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.STORE;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.broughtTo;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Schedule.Choice;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which job a session gets. */
class ScheduleTest {
  private static final Instant LATER = NOON.plus(Duration.ofMinutes(5));
  private static final Map<JobId, Fence> NONE_RAN_OUT = Map.of();

  private final Job mnist = waiting("mnist", 0, NOON);
  private final Job digits = waiting("digits", 0, LATER);
  private final Job urgent = waiting("urgent", 5, LATER);

  @Test
  void priorityGoesFirst() {
    assertThat(choose(mnist, urgent, digits)).isEqualTo(take(urgent));
  }

  @Test
  void amongEqualsWhoeverWaitsLongestGoesFirst() {
    assertThat(choose(digits, mnist)).isEqualTo(take(mnist));
  }

  @Test
  void whoJustHadItsTurnWaitsBehindTheOthers() {
    Job leased = leasedTo("zoe", mnist);
    Job hadItsTurn =
        after(leased, new Release(leased.fence(), secretOf(leased), false), LATER.plusSeconds(1));

    assertThat(choose(hadItsTurn, digits)).isEqualTo(take(digits));
  }

  @Test
  void aWorkerIsGivenOnlyWhatItCanRun() {
    Ask other = asking(Set.of("gpt"), Set.of(STORE));

    assertThat(Schedule.choose(List.of(mnist), other, NONE_RAN_OUT, NOON))
        .isEqualTo(
            new Choice.Nothing(
                "mnist needs the program digits, which this worker lacks", Optional.empty()));
  }

  @Test
  void aJobStaysInItsStore() {
    Job bound = broughtTo(mnist, "zoe", 1, 0);
    Ask elsewhere = withStores(Set.of(new StoreId("store-2")));

    assertThat(reason(Schedule.choose(List.of(bound), elsewhere, NONE_RAN_OUT, NOON)))
        .isEqualTo("mnist is bound to the store store-1, which this worker has not opened");
  }

  @Test
  void anUnboundJobIsBoundToTheFirstStoreOfItsFirstSession() {
    Ask both = withStores(Set.of(new StoreId("b-store"), new StoreId("a-store")));

    assertThat(after(mnist, Acquire.free(both)).store()).contains(new StoreId("a-store"));
  }

  @Test
  void aWorkerWithoutAStoreIsToldThatItNeedsOne() {
    assertThat(reason(Schedule.choose(List.of(mnist), withStores(Set.of()), NONE_RAN_OUT, NOON)))
        .isEqualTo("mnist needs a store, and this worker has opened none");
  }

  @Test
  void theRemedyOfABarredDeviceIsTold() {
    Job leased = leasedTo("zoe", mnist);
    Job barred =
        after(
            leased,
            new Fail(
                leased.fence(),
                secretOf(leased),
                Trouble.machine("The disk is full.", "Empty its cache.")));

    assertThat(reason(choose(barred)))
        .isEqualTo(
            "mnist is not given to cpu until 2026-03-01T12:10:00Z:"
                + " The disk is full. Empty its cache.");
  }

  @Test
  void whatItMayNotHaveDoesNotKeepItFromTheNext() {
    Job failed = failedBy("anna", urgent);

    assertThat(choose(failed, mnist)).isEqualTo(take(mnist));
  }

  @Test
  void atMostThreeReasonsAreToldTheMostUrgentFirst() {
    String reason =
        reason(
            choose(
                failedBy("anna", waiting("a", 0, NOON)),
                failedBy("anna", waiting("b", 1, NOON)),
                failedBy("anna", waiting("c", 2, NOON)),
                failedBy("anna", waiting("d", 3, NOON))));

    assertThat(reason.split("; ")).hasSize(3);
    assertThat(reason).startsWith("d failed in this session and is not given to it again; c ");
  }

  @Test
  void withNoJobsThereIsNothing() {
    assertThat(choose())
        .isEqualTo(new Choice.Nothing("no job waits for a lease", Optional.empty()));
  }

  @Test
  void aRunOutLeaseIsTakenWithTheEvidence() {
    Job leased = leasedTo("zoe", mnist);

    assertThat(Schedule.choose(List.of(leased), ask("anna"), ranOut(leased), NOON))
        .isEqualTo(new Choice.Take(leased.id(), Optional.of(leased.fence())));
  }

  @Test
  void evidenceAboutAnEarlierLeaseIsNone() {
    Job first = leasedTo("zoe", mnist);
    Job second = leasedTo("ben", first);

    assertThat(Schedule.choose(List.of(second), ask("anna"), ranOut(first), NOON))
        .isInstanceOf(Choice.Nothing.class);
  }

  @Test
  void aPausingJobIsNotTakenThoughItsLeaseRanOut() {
    Job pausing = after(leasedTo("zoe", mnist), new Pause(Optional.empty()));

    assertThat(Schedule.choose(List.of(pausing), ask("anna"), ranOut(pausing), NOON))
        .isInstanceOf(Choice.Nothing.class);
  }

  @Test
  void whoHoldsALeaseIsToldSo() {
    Job own = leasedTo("anna", mnist);

    assertThat(choose(own, urgent)).isEqualTo(new Choice.Held(own.id(), own.fence()));
  }

  @Test
  void whoLostSightOfItsLeaseMayTakeUpThatOneOnly() {
    Job own = leasedTo("anna", mnist);

    assertThat(Schedule.choose(List.of(urgent, own), ask("anna"), ranOut(own), NOON))
        .isEqualTo(new Choice.Take(own.id(), Optional.of(own.fence())));
  }

  @Test
  void aStandbyKeepsTheHeadOfALeasedJobReady() {
    Job leased = leasedTo("zoe", broughtTo(mnist, "zoe", 1, 0));

    assertThat(choose(leased))
        .isEqualTo(new Choice.Nothing("every job is leased", Optional.of(leased.id())));
  }

  @Test
  void aJobWithoutAHeadNeedsNoStandby() {
    assertThat(choose(leasedTo("zoe", mnist)))
        .isEqualTo(new Choice.Nothing("no job waits for a lease", Optional.empty()));
  }

  @Test
  void norDoesAPausedOne() {
    Job paused = after(broughtTo(mnist, "zoe", 1, 0), new Pause(Optional.empty()));

    assertThat(choose(paused))
        .isEqualTo(new Choice.Nothing("no job waits for a lease", Optional.empty()));
  }

  @Test
  void aWorkerOlderThanTheCheckpointsHearsThatItMustBeUpgraded() {
    Ask older = reading(1);
    Job newer = committed(mnist, 2);

    Choice choice = Schedule.choose(List.of(newer), older, NONE_RAN_OUT, NOON);

    assertThat(reason(choice))
        .isEqualTo("this worker is older than the checkpoints of mnist (format 2): upgrade it");
    assertThat(Schedule.choose(List.of(committed(mnist, 1)), older, NONE_RAN_OUT, NOON))
        .isEqualTo(take(mnist));
    assertThat(Schedule.choose(List.of(mnist), older, NONE_RAN_OUT, NOON)).isEqualTo(take(mnist));
    assertThat(Schedule.choose(List.of(newer), reading(2), NONE_RAN_OUT, NOON))
        .isEqualTo(take(mnist));
  }

  private static Ask reading(int format) {
    Ask ask = ask("anna");
    return ask.reading(format);
  }

  /** With a head of this format. */
  private static Job committed(Job job, int format) {
    Job leased = leasedTo("yves", job);
    Commit usual = Samples.commit(leased, 1, 0);
    Checkpoint head = usual.checkpoint();
    Commit commit =
        new Commit(
            usual.fence(),
            usual.secretHash(),
            new Checkpoint(
                head.digest(),
                head.parent(),
                head.position(),
                head.fence(),
                head.folder(),
                head.stateDigest(),
                head.bytes(),
                format),
            usual.profile(),
            usual.measurements(),
            usual.finalReason(),
            usual.verified(),
            usual.giveWay());
    return Samples.released(after(leased, commit));
  }

  /** What anna gets. */
  private static Choice choose(Job... jobs) {
    return Schedule.choose(List.of(jobs), ask("anna"), NONE_RAN_OUT, NOON);
  }

  private static Choice take(Job job) {
    return new Choice.Take(job.id(), Optional.empty());
  }

  private static String reason(Choice choice) {
    return ((Choice.Nothing) choice).reason();
  }

  private static Map<JobId, Fence> ranOut(Job job) {
    return Map.of(job.id(), job.fence());
  }

  private static Job failedBy(String worker, Job job) {
    Job leased = leasedTo(worker, job);
    return after(
        leased, new Fail(leased.fence(), secretOf(leased), Trouble.program("NaN", "Mend it.")));
  }

  private static Ask withStores(Set<StoreId> stores) {
    return asking(Set.of("digits"), stores);
  }

  private static Ask asking(Set<String> programs, Set<StoreId> stores) {
    Ask ask = ask("anna");
    return Ask.of(ask.secretHash(), ask.session(), ask.worker(), programs, stores, ask.device())
        .endingIn(ask.endsIn())
        .reading(Manifest.FORMAT);
  }
}
