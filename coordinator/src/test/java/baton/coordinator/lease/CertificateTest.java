package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.released;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Certificate.Verdict;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.NumericProfile;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the relay says of a job's result, as sessions of several kinds take turns. */
class CertificateTest {
  private static final NumericProfile ONE_THREAD = profile("cpu", "1");
  private static final NumericProfile TWO_THREADS = profile("cpu", "2");
  private static final NumericProfile GPU = profile("H100", "1");

  private static NumericProfile profile(String device, String threads) {
    return new NumericProfile(Map.of("device", device, "threads", threads));
  }

  @Test
  void sessionsOfOneProfileRelayExactly() {
    Job job = trained(trained(Samples.waiting(), "a", 1, ONE_THREAD), "b", 2, ONE_THREAD);

    assertThat(job.certificate().verdict()).isEqualTo(Verdict.EXACT);
    assertThat(job.certificate().sentence()).isEqualTo("exact: trained under one numeric profile");
    assertThat(job.certificate().departure()).isEmpty();
  }

  @Test
  void aHandOverToAnotherProfileMakesItEquivalentAndSaysSinceWhenAndWhy() {
    Job job = trained(trained(Samples.waiting(), "a", 1, ONE_THREAD), "b", 2, TWO_THREADS);

    assertThat(job.certificate().verdict()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(job.certificate().sentence())
        .isEqualTo(
            "equivalent, not identical, since e1-b0 (lease 2): another thread count: 1 -> 2");
    assertThat(job.certificate().departure().orElseThrow().fence()).isEqualTo(new Fence(2));
  }

  @Test
  void aSessionThatOnlyHeldTheLeaseChangesNothing() {
    Job job = trained(Samples.waiting(), "a", 1, ONE_THREAD);
    Job idle = released(leasedTo("gpu", job));

    assertThat(trained(idle, "a", 2, ONE_THREAD).certificate().verdict()).isEqualTo(Verdict.EXACT);
  }

  @Test
  void backOnTheFirstDeviceItStaysEquivalent() {
    Job job = trained(Samples.waiting(), "a", 1, ONE_THREAD);
    Job back = trained(trained(job, "b", 2, GPU), "a", 3, ONE_THREAD);

    assertThat(back.certificate().verdict()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(back.certificate().sentence()).contains("since e1-b0").contains("cpu -> H100");
  }

  @Test
  void aRollbackPastTheHandOverMakesItExactAgain() {
    Job job = trained(trained(Samples.waiting(), "a", 1, ONE_THREAD), "b", 2, GPU);

    Job back = rolledBack(job);

    assertThat(back.position()).isEqualTo(Position.ofEpochs(1));
    assertThat(back.certificate().verdict()).isEqualTo(Verdict.EXACT);
    assertThat(back.certificate().last().orElseThrow().profile()).isEqualTo(ONE_THREAD);
  }

  @Test
  void aRollbackThatStaysBehindTheHandOverChangesNothing() {
    Job job = trained(trained(Samples.waiting(), "a", 1, ONE_THREAD), "b", 2, GPU);

    assertThat(rolledBack(trained(job, "b", 3, GPU)).certificate()).isEqualTo(job.certificate());
  }

  @Test
  void withNothingLeftNothingIsCertified() {
    Job job = rolledBack(trained(Samples.waiting(), "a", 1, ONE_THREAD));

    assertThat(job.hasNothingLeft()).isTrue();
    assertThat(job.certificate()).isEqualTo(Certificate.NONE);
  }

  @Test
  void theHandOverIsAnEventOfTheHistory() {
    Job job = leasedTo("b", trained(Samples.waiting(), "a", 1, ONE_THREAD));

    assertThat(commit(job, 2, TWO_THREADS).decide(job, NOON).rows())
        .contains(
            new History.Event(
                History.Event.Kind.PROFILE_CHANGED,
                "trained under another numeric profile from e1-b0 on: another thread count: 1 -> 2",
                NOON));
    assertThat(commit(job, 2, ONE_THREAD).decide(job, NOON).rows())
        .noneMatch(row -> row instanceof History.Event e && e.kind().name().startsWith("PROFILE"));
  }

  @Test
  void howeverOftenItChangesHandsTheRecordStaysSmallAndKeepsItsVerdict() {
    Certificate certificate = Certificate.NONE;
    for (int epoch = 0; epoch < 1_000; epoch++) {
      NumericProfile profile = epoch % 2 == 0 ? ONE_THREAD : GPU;
      certificate =
          certificate
              .extended(profile, Position.ofEpochs(epoch), new Fence(epoch + 1))
              .forgettingBefore(Position.ofEpochs(Math.max(1, epoch - 1)));
    }

    assertThat(certificate.stretches()).hasSizeLessThanOrEqualTo(5);
    assertThat(certificate.sentence()).contains("since e1-b0 (lease 2)").contains("cpu -> H100");
    assertThat(certificate.rolledBackTo(Position.ofEpochs(999)).last().orElseThrow().profile())
        .isEqualTo(ONE_THREAD);
  }

  @Test
  void aCheckpointThatNamesNoProfileIsNotTakenForExact() {
    Job job = trained(Samples.waiting(), "a", 1, NumericProfile.UNKNOWN);
    assertThat(job.certificate().verdict()).isEqualTo(Verdict.UNKNOWN);

    Job one = trained(job, "a", 2, ONE_THREAD);
    assertThat(one.certificate().verdict()).isEqualTo(Verdict.UNKNOWN);

    Job two = trained(one, "b", 3, GPU);
    assertThat(two.certificate().verdict()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(two.certificate().sentence()).contains("since e2-b0");
  }

  @Test
  void whatAnOlderVersionDidNotRecordIsNoDifferenceButLaterChangesAre() {
    NumericProfile slow = with(ONE_THREAD, "arguments", "--lr 0.01");
    NumericProfile fast = with(ONE_THREAD, "arguments", "--lr 0.1");

    Job upgraded = trained(trained(Samples.waiting(), "a", 1, ONE_THREAD), "b", 2, slow);
    assertThat(upgraded.certificate().verdict()).isEqualTo(Verdict.EXACT);

    Job changed = trained(upgraded, "c", 3, fast);
    assertThat(changed.certificate().sentence())
        .isEqualTo(
            "equivalent, not identical, since e2-b0 (lease 3): other arguments: --lr 0.01 -> --lr"
                + " 0.1");
  }

  @Test
  void anUpgradeOfTheWorkerIsNoEventOfTheHistory() {
    Job job = leasedTo("b", trained(Samples.waiting(), "a", 1, ONE_THREAD));

    assertThat(commit(job, 2, with(ONE_THREAD, "arguments", "--lr 0.1")).decide(job, NOON).rows())
        .noneMatch(row -> row instanceof History.Event e && e.kind().name().startsWith("PROFILE"));
  }

  @Test
  void whatWasFirstRecordedLaterIsNeverForgotten() {
    Certificate certificate = Certificate.NONE.extended(ONE_THREAD, Position.START, new Fence(1));
    for (int epoch = 1; epoch < 100; epoch++) {
      certificate =
          certificate
              .extended(
                  epoch % 2 == 1
                      ? with(ONE_THREAD, "arguments", "--lr 0.01")
                      : with(ONE_THREAD, "hash_seed", "7"),
                  Position.ofEpochs(epoch),
                  new Fence(epoch + 1))
              .forgettingBefore(Position.ofEpochs(Math.max(1, epoch - 1)));
    }

    assertThat(certificate.verdict()).isEqualTo(Verdict.EXACT);
    assertThat(certificate.stretches()).hasSizeLessThanOrEqualTo(6);
    assertThat(
            certificate
                .extended(
                    with(ONE_THREAD, "arguments", "--lr 9"), Position.ofEpochs(100), new Fence(101))
                .sentence())
        .contains("since e100-b0", "--lr 0.01 -> --lr 9");
  }

  @Test
  void anUnsureProfileIsSaidFromTheStartWithWhatToChange() {
    NumericProfile unsure =
        with(GPU, "unsure", "call torch.use_deterministic_algorithms(True) in the script");

    Job job = trained(Samples.waiting(), "a", 1, unsure);

    assertThat(job.certificate().verdict()).isEqualTo(Verdict.UNSURE);
    assertThat(job.certificate().sentence())
        .isEqualTo(
            "not known to be exact here: call torch.use_deterministic_algorithms(True) in the"
                + " script");
    assertThat(job.certificate().departure()).isEmpty();
  }

  @Test
  void onceUnsureAlwaysUnsureUnlessItIsKnownToDiffer() {
    NumericProfile unsure = with(GPU, "unsure", "set this");
    Job job = trained(trained(Samples.waiting(), "a", 1, GPU), "b", 2, unsure);
    Job mended = job;
    for (int epoch = 3; epoch < 6; epoch++) {
      mended = trained(mended, "c", epoch, GPU);
    }

    assertThat(mended.certificate().verdict()).isEqualTo(Verdict.UNSURE);
    assertThat(rolledBack(job).certificate().verdict()).isEqualTo(Verdict.EXACT);
    assertThat(trained(job, "d", 3, ONE_THREAD).certificate().verdict())
        .isEqualTo(Verdict.EQUIVALENT);
  }

  private static NumericProfile with(NumericProfile profile, String fact, String value) {
    Map<String, String> facts = new HashMap<>(profile.facts());
    facts.put(fact, value);
    return new NumericProfile(facts);
  }

  @Test
  void aRestoreCertifiesByTheManifestsOfTheWholeLine() {
    Job backedUp = trained(Samples.waiting(), "a", 1, ONE_THREAD);
    Checkpoint first = backedUp.head().orElseThrow();
    Checkpoint lost = Samples.checkpoint(backedUp.headDigest(), Position.ofEpochs(2), new Fence(2));

    assertThat(restored(backedUp, Samples.stored(first, ONE_THREAD)).certificate())
        .isEqualTo(backedUp.certificate());
    Job further = restored(backedUp, Samples.stored(lost, GPU), Samples.stored(first, ONE_THREAD));
    assertThat(further.certificate())
        .isEqualTo(backedUp.certificate().extended(GPU, Position.ofEpochs(1), new Fence(2)));
    assertThat(
            restored(
                    backedUp,
                    Samples.stored(lost, NumericProfile.UNKNOWN),
                    Samples.stored(first, ONE_THREAD))
                .certificate()
                .verdict())
        .isEqualTo(Verdict.UNKNOWN);
  }

  private static Job restored(Job job, StoredManifest... line) {
    List<Checkpoint> kept = Stream.of(line).map(StoredManifest::checkpoint).toList();
    RecoveredJob found = new RecoveredJob(List.of(line), new RetainedSet(kept, Map.of()));
    return after(
        job, new RestoreJob(7, Optional.of(found), Set.of(job.headDigest().orElseThrow())));
  }

  private static Job trained(Job job, String worker, int epoch, NumericProfile profile) {
    Job leased = leasedTo(worker, job);
    return released(after(leased, commit(leased, epoch, profile)));
  }

  private static Commit commit(Job job, int epoch, NumericProfile profile) {
    Commit usual = Samples.commit(job, epoch, 0);
    return new Commit(
        usual.fence(),
        usual.secretHash(),
        usual.checkpoint(),
        profile,
        usual.measurements(),
        usual.finalReason(),
        usual.verified(),
        usual.giveWay());
  }

  private static Job rolledBack(Job job) {
    Job leased = leasedTo("judge", job);
    Sha256 secret = Samples.secretOf(leased);
    return after(
        leased,
        new ReportCorrupt(
            leased.fence(), secret, Samples.corrupt(leased), ReportCorrupt.OwnCheck.CORRUPT));
  }
}
