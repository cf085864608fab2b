package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.AfterCommit;
import baton.protocol.Checkpoint;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Measurement;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.SaveInterval;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.CommitAnswer;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stories of the relay, told by the client to a whole coordinator. */
class RelayOverHttpTest {
  private static final Position MIDDLE = new Position(0, 3);
  private static final OptionalDouble NO_LOSS = OptionalDouble.empty();

  @TempDir static Path folder;

  private static Path store;
  private static RunningCoordinator coordinator;
  private static CoordinatorClient admin;
  private static CoordinatorClient worker;

  @BeforeAll
  static void startCoordinator() throws Exception {
    store = Files.createDirectory(folder.resolve("store"));
    Hand.makeStore(store);
    coordinator = RunningCoordinator.start(folder.resolve("data"), store);
    admin = coordinator.client(Role.ADMIN);
    worker = coordinator.client(Role.WORKER);
  }

  @AfterAll
  static void stopCoordinator() {
    coordinator.close();
  }

  /** Each story has the relay to itself. */
  @AfterEach
  void cancelWhatIsLeft() throws Exception {
    for (JobView job : admin.jobs()) {
      if (!List.of("COMPLETE", "CANCELLED").contains(job.state())) {
        admin.cancel(job.id());
      }
    }
  }

  private static JobId submit(String name) throws Exception {
    return admin.submit(Samples.spec(name), Optional.empty()).id();
  }

  private static Hand hand(String session) {
    return new Hand(worker, store, session);
  }

  @Test
  void aJobGoesFromSubmissionToCompletionAndTellsItsHistory() throws Exception {
    JobId job = submit("whole");
    Hand hand = hand("whole-1");

    Grant grant = hand.lease();
    assertThat(grant.job()).isEqualTo(job);
    assertThat(grant.spec()).isEqualTo(Samples.spec("whole"));
    assertThat(grant.head()).isEmpty();
    assertThat(grant.ttl()).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(60));
    CommitAnswer first = hand.commit(Position.ofEpochs(1));
    assertThat(first.verified()).isEqualTo(Verified.COORDINATOR);
    assertThat(first.next()).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(first.trainTo()).contains(Position.ofEpochs(2));
    for (int epoch = 2; epoch <= 3; epoch++) {
      hand.commit(Position.ofEpochs(epoch));
    }
    assertThat(hand.commit(Position.ofEpochs(4)).next()).isEqualTo(AfterCommit.COMPLETE);

    assertThat(admin.job(job).state()).isEqualTo("COMPLETE");
    assertThat(admin.job(job).latest().values()).containsEntry("accuracy", 0.9);
    assertThat(admin.segments(job))
        .extracting(SegmentView::ended)
        .containsExactly("CONTINUED", "CONTINUED", "CONTINUED", "COMPLETE");
    assertThat(admin.checkpoints(job))
        .extracting(CheckpointView::state)
        .containsExactly("PRUNED", "KEPT", "KEPT", "KEPT");
    assertThat(admin.checkpoints(job))
        .extracting(checkpoint -> checkpoint.metrics().get("accuracy"))
        .containsExactly(0.9, 0.9, 0.9, 0.9);
    assertThat(admin.metrics(job))
        .extracting(measured -> measured.position().epoch())
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void theNextSessionGoesOnFromTheHeadOfTheOneBefore() throws Exception {
    submit("handed-over");
    Hand first = hand("first");
    first.lease();
    first.commit(MIDDLE);
    worker.release(first.held(), ReleaseReason.SESSION_ENDING, Optional.empty());

    Grant second = hand("second").lease();

    assertThat(second.head()).map(head -> head.position()).contains(MIDDLE);
    assertThat(second.head()).map(head -> head.digest()).isEqualTo(first.head());
    assertThat(second.fence().value()).isEqualTo(2);
    assertThat(second.segment().from()).isEqualTo(MIDDLE);
  }

  @Test
  void aRepeatedRequestForALeaseGetsTheSameLease() throws Exception {
    submit("asked-twice");
    Hand hand = hand("asks-twice");
    Grant once = hand.lease();
    Grant again = hand.lease();

    assertThat(again.fence()).isEqualTo(once.fence());
    assertThat(again.job()).isEqualTo(once.job());
  }

  @Test
  void aRepeatedRequestForALeaseThatEndedIsGone() throws Exception {
    submit("gone");
    Hand hand = hand("was-here");
    hand.lease();
    worker.release(hand.held(), ReleaseReason.SESSION_ENDING, Optional.empty());

    assertProblem(() -> hand.ask(Duration.ZERO), ProblemType.LEASE_ENDED, 410);
  }

  @Test
  void aRepeatedCommitIsAnsweredAsTheFirstWas() throws Exception {
    submit("committed-twice");
    Hand hand = hand("commits-twice");
    hand.lease();
    String manifest = hand.save(MIDDLE);
    CommitAnswer first =
        worker.commit(hand.held(), Optional.empty(), MIDDLE, manifest, Optional.empty());
    CommitAnswer again =
        worker.commit(hand.held(), Optional.empty(), MIDDLE, manifest, Optional.empty());

    assertThat(again).isEqualTo(first);
  }

  @Test
  void aRepeatedReleaseIsNoError() throws Exception {
    submit("released-twice");
    Hand hand = hand("releases-twice");
    hand.lease();
    worker.release(hand.held(), ReleaseReason.SESSION_ENDING, Optional.empty());
    worker.release(hand.held(), ReleaseReason.SESSION_ENDING, Optional.empty());
  }

  @Test
  void aSubmissionWithTheSameKeyFindsItsJob() throws Exception {
    JobView first = admin.submit(Samples.spec("keyed"), Optional.of("key-1"));
    JobView again = admin.submit(Samples.spec("keyed"), Optional.of("key-1"));

    assertThat(again.id()).isEqualTo(first.id());
    assertProblem(
        () -> admin.submit(Samples.spec("keyed"), Optional.of("key-2")),
        ProblemType.NAME_TAKEN,
        409);
  }

  @Test
  void aRenewalTellsWhatRemainsAndIsSeenInTheJob() throws Exception {
    JobId job = submit("renewed");
    Hand hand = hand("renews");
    hand.lease();

    SaveInterval saving =
        new SaveInterval(
            Duration.ofSeconds(190),
            Optional.of(Duration.ofMillis(40)),
            Optional.empty(),
            LifetimeEstimate.PRIOR);
    Renewal renewal =
        worker.renew(
            hand.held(), Phase.TRAIN, MIDDLE, 3, OptionalDouble.of(0.5), Optional.of(saving));

    assertThat(renewal.directive()).isEqualTo(Directive.GO_ON);
    assertThat(renewal.ttl()).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
    JobView.LeaseView lease = admin.job(job).lease();
    assertThat(lease.phase()).isEqualTo(Phase.TRAIN);
    assertThat(lease.position()).isEqualTo(MIDDLE);
    assertThat(lease.loss()).isEqualTo(0.5);
    assertThat(renewal.lifetime()).isPresent();
    assertThat(admin.statusText())
        .contains("renewed", "now train at e0-b3, loss 0.5")
        .contains("saves every 3 min 10 s: a save costs 40 ms, sessions like this last 4.0 h");
  }

  @Test
  void aLossThatIsNotANumberIsLeftOut() throws Exception {
    submit("diverged");
    Hand hand = hand("diverges");
    hand.lease();

    Renewal renewal =
        worker.renew(hand.held(), Phase.TRAIN, MIDDLE, 3, OptionalDouble.of(Double.NaN));

    assertThat(renewal.directive()).isEqualTo(Directive.GO_ON);
  }

  @Test
  void aMetricThatIsNotFiniteEndsNothingAndIsShownAsAGap() throws Exception {
    JobId job = submit("gap");
    Hand hand = hand("measures");
    hand.lease();
    Map<String, Double> values = Map.of("f1", Double.NaN, "loss", 0.25);

    assertThat(hand.commitMeasured(Position.ofEpochs(1), values).next())
        .isEqualTo(AfterCommit.TRAIN_ON);

    assertThat(admin.metrics(job)).extracting(Measurement::values).containsExactly(values);
    assertThat(admin.job(job).latest().values()).isEqualTo(values);
    assertThat(admin.checkpoints(job)).extracting(CheckpointView::metrics).containsExactly(values);
    assertThat(admin.statusText()).contains("at e1-b0: f1 –, loss 0.2500");
    assertThat(
            http()
                .get("/v1/jobs/%s/metrics".formatted(job))
                .token(adminToken())
                .send()
                .response()
                .body())
        .contains("\"f1\":null");
  }

  @Test
  void whoAcceptsAChangeLetsTheNextWorkerGoOnWithItOnce() throws Exception {
    JobId job = submit("changed");
    Map<String, String> before = Map.of("device", "cpu", "arguments", "--lr 0.01");
    Map<String, String> after = Map.of("device", "cpu", "arguments", "--lr 0.1");
    Hand old = hand("old-arguments");
    old.lease();
    old.commit(MIDDLE, before);
    worker.release(old.held(), ReleaseReason.SESSION_ENDING, Optional.empty());
    assertThat(admin.job(job).acceptChange()).isNull();

    assertThat(admin.resumeAcceptingChange(job, "key-1").acceptChange()).isTrue();
    assertThat(admin.job(job).notices())
        .contains(
            "Another script, other arguments or other files may go on from e0-b3, once: a person"
                + " accepts it.");
    Hand changed = hand("new-arguments");
    assertThat(changed.lease().acceptChange()).isTrue();
    changed.commit(Position.ofEpochs(1), after);
    worker.release(changed.held(), ReleaseReason.SESSION_ENDING, Optional.empty());

    assertThat(admin.resumeAcceptingChange(job, "key-1").acceptChange())
        .as("a repeat of the same request")
        .isNull();
    assertThat(admin.job(job).certificate().sentence())
        .isEqualTo(
            "equivalent, not identical, since e0-b3 (lease 2): other arguments: --lr 0.01 -> --lr"
                + " 0.1");
    assertThat(hand("later").lease().acceptChange()).isFalse();
  }

  @Test
  void aDoubtThatTheDeviceIsExactIsSaidFromTheStart() throws Exception {
    JobId job = submit("doubtful");
    Hand hand = hand("on-a-gpu");
    hand.lease();
    hand.commit(MIDDLE, Map.of("device", "gpu", "unsure", "set deterministic algorithms"));

    assertThat(admin.job(job).certificate().verdict()).isEqualTo("UNSURE");
    assertThat(admin.statusText())
        .contains("not known to be exact here: set deterministic algorithms");
  }

  @Test
  void aWorkerThatIsOlderThanTheCheckpointsHearsToUpgrade() throws Exception {
    submit("newer");
    Hand hand = hand("writes-format-2");
    hand.lease();
    hand.commit(MIDDLE);
    worker.release(hand.held(), ReleaseReason.SESSION_ENDING, Optional.empty());

    ContractedHttp.Answer answer =
        http()
            .post("/v1/leases")
            .token(coordinator.token(Role.WORKER))
            .json(
                """
                {"secretHash":"%s","session":"older","worker":"older","programs":["digits"],
                "stores":["%s"],"device":"cpu"}"""
                    .formatted(Sha256.ofText("older"), Samples.STORE))
            .send();

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.header("Baton-Reason"))
        .isEqualTo("this worker is older than the checkpoints of newer (format 2): upgrade it");
    assertThat(hand("as-new").lease().head()).map(Checkpoint::format).contains(2);
  }

  private static ContractedHttp http() {
    return new ContractedHttp(coordinator.address());
  }

  private static String adminToken() {
    return coordinator.token(Role.ADMIN);
  }

  @Test
  void aPausedJobsHolderIsAskedToSaveAndRelease() throws Exception {
    JobId job = submit("paused");
    Hand hand = hand("is-paused");
    hand.lease();

    assertThat(admin.pause(new JobId("paused")).state()).as("by its name").isEqualTo("PAUSING");
    assertThat(worker.renew(hand.held(), Phase.TRAIN, MIDDLE, 1, NO_LOSS).directive())
        .isEqualTo(Directive.CHECKPOINT_AND_RELEASE);
    assertThat(hand.commit(MIDDLE).next()).isEqualTo(AfterCommit.RELEASE);
    worker.release(hand.held(), ReleaseReason.COMPLETED, Optional.empty());
    assertThat(admin.job(job).state()).isEqualTo("PAUSED");
    assertThat(admin.resume(job).state()).isEqualTo("WAITING");
  }

  @Test
  void aCancelledJobsHolderIsToldToStop() throws Exception {
    JobId job = submit("cancelled");
    Hand hand = hand("is-cancelled");
    hand.lease();
    admin.cancel(job);

    Renewal renewal = worker.renew(hand.held(), Phase.TRAIN, MIDDLE, 1, NO_LOSS);

    assertThat(renewal.directive()).isEqualTo(Directive.STOP);
    assertThat(renewal.reason()).isEqualTo("cancelled");
    assertThat(renewal.ttl()).isZero();
    assertProblem(() -> hand.commit(MIDDLE), ProblemType.STALE_FENCE, 409);
    assertProblem(() -> admin.resume(job), ProblemType.JOB_OVER, 409);
  }

  @Test
  void anErrorOfTheMachineStandsInTheStatusWithItsRemedy() throws Exception {
    JobId job = submit("barred");
    Hand hand = hand("runs-out");
    hand.lease();
    worker.release(
        hand.held(),
        ReleaseReason.FAILED,
        Optional.of(Trouble.machine("Out of memory.", "Use a smaller batch.")));

    assertThat(admin.job(job).notices())
        .anyMatch(notice -> notice.contains("cpu") && notice.contains("Use a smaller batch."));
    Asked asked = hand("on-the-same-device").ask(Duration.ZERO);
    assertThat(((Asked.Nothing) asked).reason()).contains("Out of memory.");
  }

  @Test
  void aProgramThatNoWorkerHasStandsInTheStatus() throws Exception {
    JobId job = admin.submit(Samples.spec("unknown", "digitz", 4), Optional.empty()).id();
    CompletableFuture<Asked> waiting =
        inBackground(() -> hand("waits").ask(Duration.ofSeconds(20)));
    Awaitility.await().until(() -> !admin.status().waiting().isEmpty());

    assertThat(admin.job(job).notices())
        .singleElement()
        .asString()
        .contains("No waiting worker has the program digitz; they have: digits.");
    assertThat(admin.statusText()).contains("worker-of-waits on cpu, for digits");

    submit("something-else");
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(Asked.Leased.class);
  }

  @Test
  void whoWaitsGetsTheJobTheMomentItIsSubmittedAndHearsHowLongItWaited() throws Exception {
    CompletableFuture<Asked> waiting =
        inBackground(() -> hand("early").ask(Duration.ofSeconds(30)));
    Awaitility.await().until(() -> !admin.status().waiting().isEmpty());
    submit("late");

    Asked.Leased leased = (Asked.Leased) waiting.get(10, TimeUnit.SECONDS);

    assertThat(leased.grant().spec().name()).isEqualTo("late");
    assertThat(leased.grant().waited()).isPositive();
  }

  @Test
  void whoWaitsInVainHearsWhyAndWhichHeadToKeepReady() throws Exception {
    submit("leased");
    Hand holder = hand("holder");
    holder.lease();
    holder.commit(MIDDLE);

    Asked.Nothing nothing = (Asked.Nothing) hand("standby").ask(Duration.ofSeconds(1));

    assertThat(nothing.reason()).isEqualTo("every job is leased");
    assertThat(nothing.standby()).map(head -> head.digest()).isEqualTo(holder.head());
  }

  @Test
  void nothingIsGrantedToAClosedConnection() throws Exception {
    Thread gone =
        new Thread(
            () -> {
              try {
                hand("gone").ask(Duration.ofSeconds(50));
              } catch (Exception e) {
                // it is interrupted, that is the story
              }
            });
    gone.start();
    Awaitility.await().until(() -> !admin.status().waiting().isEmpty());
    gone.interrupt();
    gone.join();
    Awaitility.await().until(() -> admin.status().waiting().isEmpty());

    JobId job = submit("for-the-living");

    assertThat(admin.job(job).state()).isEqualTo("WAITING");
    assertThat(hand("living").lease().job()).isEqualTo(job);
  }

  @Test
  void aStrangerCannotActForTheHolder() throws Exception {
    submit("guarded");
    Hand hand = hand("holds");
    Grant grant = hand.lease();
    Held stolen = Held.of(grant, "a guess");

    assertProblem(
        () -> worker.renew(stolen, Phase.TRAIN, MIDDLE, 1, NO_LOSS),
        ProblemType.FOREIGN_SECRET,
        403);
    assertProblem(
        () -> worker.release(stolen, ReleaseReason.COMPLETED, Optional.empty()),
        ProblemType.FOREIGN_SECRET,
        403);
  }

  @Test
  void aSessionHoldsOneLease() throws Exception {
    submit("one");
    submit("two");
    hand("greedy").lease();

    assertProblem(
        () -> new Hand(worker, store, "greedy", "another secret").ask(Duration.ZERO),
        ProblemType.SESSION_HOLDS_LEASE,
        409);
  }

  private static CompletableFuture<Asked> inBackground(java.util.concurrent.Callable<Asked> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void assertProblem(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ProblemType type, int status) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.type()).contains(type);
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.getMessage()).endsWith(".");
            });
  }
}
