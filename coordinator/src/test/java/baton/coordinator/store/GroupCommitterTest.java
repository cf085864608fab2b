package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.RecoveredJob;
import baton.coordinator.lease.Refusal;
import baton.coordinator.lease.Renew;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.Resume;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.coordinator.lease.Transitions.NameTaken;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.Directive;
import baton.protocol.JobId;
import baton.protocol.Position;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GroupCommitterTest {
  private final ScriptedStore store = new ScriptedStore();
  private final MemorySignals signals = new MemorySignals();
  private final GroupCommitter committer =
      GroupCommitter.start(store, signals, Clock.fixed(Sample.START, ZoneOffset.UTC));

  @AfterEach
  void close() {
    committer.close();
  }

  @Test
  void anAnswerIsGivenOnceItIsStored() {
    Outcome answer = submit("mnist").join();

    assertThat(answer).isEqualTo(new Outcome.Submitted(id("mnist")));
    assertThat(job("mnist").submittedAt()).isEqualTo(Sample.START);
  }

  @Test
  void whatArrivesDuringASaveSharesTheNextOne() {
    Gate gate = gateBeforeNextSave();
    CompletableFuture<Outcome> first = submit("a");
    gate.awaitReached();
    List<CompletableFuture<Outcome>> others =
        List.of(submit("b"), submit("c"), submit("d"), apply("a", new Cancel()));
    assertThat(first).isNotDone();
    gate.open();

    others.forEach(CompletableFuture::join);
    assertThat(store.saves).extracting(List::size).containsExactly(1, 4);
  }

  @Test
  void aRenewalIsAnsweredWithoutASave() {
    Job leased = leased("mnist", "s1");
    int saves = store.saves.size();

    Outcome answer = apply("mnist", renewal(leased)).join();

    assertThat(answer).isEqualTo(new Outcome.Renewed(Directive.GO_ON, ""));
    assertThat(store.saves).hasSize(saves);
  }

  @Test
  void aPreviewTellsTheAnswerAndChangesNothing() {
    Job leased = leased("mnist", "s1");
    Command commit = Sample.commit(leased, new Position(0, 7), 0.5);

    Outcome before = committer.preview(leased, commit);

    assertThat(job("mnist")).isEqualTo(leased);
    assertThat(before).isEqualTo(apply("mnist", commit).join());
  }

  @Test
  void anAnswerThatRestsOnAStagedChangeWaitsForIt() {
    Job leased = leased("mnist", "s1");
    Gate first = gateBeforeNextSave();
    submit("other");
    first.awaitReached();
    Gate second = gateBeforeNextSave();
    apply("mnist", new Cancel());
    CompletableFuture<Outcome> renewal = apply("mnist", renewal(leased));
    first.open();
    second.awaitReached();

    assertThat(renewal).as("the end of the lease is not on disk yet").isNotDone();
    second.open();
    assertThat(renewal.join()).isEqualTo(new Outcome.Renewed(Directive.STOP, "cancelled"));
  }

  @Test
  void whenTheSaveFailsNoAnswerThatRestsOnItIsGiven() {
    Job leased = leased("mnist", "s1");
    Gate gate = gateBeforeNextSave();
    submit("other");
    gate.awaitReached();
    store.beforeSave(this::fail);
    CompletableFuture<Outcome> cancelled = apply("mnist", new Cancel());
    CompletableFuture<Outcome> renewal = apply("mnist", renewal(leased));
    gate.open();

    assertFails(cancelled, StoreUnavailable.class, "full");
    assertFails(renewal, StoreUnavailable.class, "full");
    assertThat(job("mnist").state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aRequestSentTwiceAtOnceIsStoredOnce() {
    Job leased = leased("mnist", "s1");
    Command commit = Sample.commit(leased, new Position(0, 7), 0.5);
    Gate gate = gateBeforeNextSave();
    submit("other");
    gate.awaitReached();
    CompletableFuture<Outcome> first = apply("mnist", commit);
    CompletableFuture<Outcome> again = apply("mnist", commit);
    gate.open();

    assertThat(first.join()).isInstanceOf(Outcome.Committed.class).isEqualTo(again.join());
    assertThat(job("mnist").chain()).hasSize(1);
  }

  @Test
  void aRequestSentAgainGetsTheAnswerThatIsStored() {
    Job leased = leased("mnist", "s1");
    Command commit = Sample.commit(leased, new Position(0, 7), 0.5);
    Outcome first = apply("mnist", commit).join();
    apply("mnist", new Cancel()).join();

    assertThat(apply("mnist", commit).join()).isEqualTo(first);
  }

  @Test
  void aCommitThatAnotherCoordinatorStoresBetweenTwoLooksIsARepeatAndNotStale() {
    Job leased = leased("mnist", "s1");
    Command commit = Sample.commit(leased, new Position(0, 7), 0.5);
    store.beforeSave(
        () -> {
          storeElsewhere(leased, new Pause(Optional.empty()));
          store.afterNextAnswer(() -> storeElsewhere(job("mnist"), commit));
        });

    Outcome answer = apply("mnist", commit).join();

    assertThat(answer).isInstanceOf(Outcome.Committed.class);
    assertThat(job("mnist").version()).as("paused, then committed").isEqualTo(leased.version() + 2);
  }

  private void storeElsewhere(Job job, Command command) {
    Decision decision = command.decide(job, Sample.START);
    store.memory.save(List.of(Transition.of(job.version(), decision, command.repeatKey())));
  }

  @Test
  void anAcquireSentAgainForAnotherJobFindsItsFirstGrant() {
    leased("a", "s1");
    submit("b").join();

    Outcome again = apply("b", Sample.acquire("s1")).join();

    assertThat(again).isInstanceOf(Outcome.Granted.class);
    assertThat(((Outcome.Granted) again).job()).isEqualTo(id("a"));
    assertThat(job("b").state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void aSessionThatHoldsALeaseIsRefusedASecond() {
    leased("a", "s1");
    submit("b").join();

    Outcome answer = apply("b", Sample.acquire("s1", "another secret")).join();

    assertThat(answer)
        .isEqualTo(
            new Outcome.Refused(
                Refusal.SESSION_HOLDS_LEASE,
                "This session holds the lease of a. Release it before asking for another."));
  }

  @Test
  void aTakenNameIsToldAsSuch() {
    submit("mnist").join();
    Job taken = Changed.withId(job("mnist"), "another-id");

    CompletableFuture<Outcome> second =
        committer
            .submit(new Submit(taken.id(), taken.spec(), Optional.empty()))
            .toCompletableFuture();

    assertFails(second, NameTaken.class, "There is a job named mnist already.");
  }

  @Test
  void theSameSubmissionTwiceIsOneJob() {
    Outcome first = submit("mnist").join();

    assertThat(submit("mnist").join()).isEqualTo(first);
    assertThat(store.newest(10)).hasSize(1);
  }

  @Test
  void anUnknownJobIsToldAsSuch() {
    assertFails(apply("nowhere", new Cancel()), UnknownJob.class, "no job id-nowhere");
  }

  @Test
  void aJobThatAnotherChangedMeanwhileIsDecidedAnew() {
    submit("mnist").join();
    Job read = job("mnist");
    store.beforeSave(() -> store.memory.save(List.of(byAnother(read, Sample.pause()))));

    Outcome answer = apply("mnist", Sample.acquire("s1")).join();

    assertThat(((Outcome.Refused) answer).why()).isEqualTo(Refusal.NOT_WAITING);
  }

  @Test
  void whatWasSeenTooLongAgoWhenItIsStoredChangesNothing() {
    submit("mnist").join();
    AtomicBoolean counts = new AtomicBoolean(true);
    store.beforeSave(() -> counts.set(false)); // frozen with the decision in its hands

    CompletableFuture<Outcome> granted =
        committer.apply(id("mnist"), Sample.acquire("s1"), counts::get).toCompletableFuture();

    assertFails(granted, CutOff.class, "held up");
    assertThat(job("mnist").lease()).isEmpty();
  }

  @Test
  void whoIsOvertakenAgainAndAgainIsToldToAskAgain() {
    submit("mnist").join();
    for (int i = 0; i < 5; i++) {
      Command command = i % 2 == 0 ? Sample.pause() : new Resume(false, Optional.empty());
      store.beforeSave(() -> store.memory.save(List.of(byAnother(job("mnist"), command))));
    }

    assertFails(apply("mnist", new Cancel()), StoreUnavailable.class, "Ask again");
    assertThat(apply("mnist", new Cancel()).join()).isEqualTo(new Outcome.Now(JobState.CANCELLED));
  }

  @Test
  void anErrorOfTheDatabaseFailsItsCallersAndNotTheNext() {
    store.beforeSave(this::fail);

    assertFails(submit("mnist"), StoreUnavailable.class, "full");
    assertThat(submit("mnist").join()).isEqualTo(new Outcome.Submitted(id("mnist")));
  }

  @Test
  void aFaultOfTheStoreDoesNotEndTheCommitter() {
    store.beforeSave(
        () -> {
          throw new AssertionError("thrown by this test");
        });

    assertFails(submit("mnist"), AssertionError.class, "thrown by this test");
    assertThat(submit("mnist").join()).isEqualTo(new Outcome.Submitted(id("mnist")));
  }

  @Test
  void aDecisionThatThrowsFailsItsCallerAlone() {
    submit("mnist").join();
    Gate gate = gateBeforeNextSave();
    submit("other");
    gate.awaitReached();
    CompletableFuture<Outcome> impossible =
        apply("mnist", new RestoreJob(0, Optional.of(RecoveredJob.NOTHING), Set.of()));
    CompletableFuture<Outcome> neighbour = apply("mnist", Sample.pause());
    gate.open();

    assertFails(impossible, IllegalArgumentException.class, "incarnation 0 is not above 0");
    assertThat(neighbour.join()).isEqualTo(new Outcome.Now(JobState.PAUSED));
  }

  @Test
  void whenTooMuchWaitsNewcomersAreTurnedAway() {
    Gate gate = gateBeforeNextSave();
    submit("first");
    gate.awaitReached();
    List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
    CompletableFuture<Outcome> last = submit("job-0");
    for (int i = 1; !last.isDone() && i < 5_000; i++) {
      waiting.add(last);
      last = submit("job-" + i);
    }

    assertFails(last, StoreUnavailable.class, "busy");
    gate.open();
    waiting.forEach(CompletableFuture::join);
  }

  @Test
  void closingAnswersWhatWaitsAndRefusesTheRest() {
    List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      waiting.add(submit("job-" + i));
    }
    committer.close();

    assertThat(waiting).allMatch(CompletableFuture::isDone).noneMatch(this::hasFailed);
    assertFails(submit("late"), StoreUnavailable.class, "stopping");
  }

  @Test
  void eachStoredChangeIsSignalledAndNothingElse() {
    List<JobId> told = new CopyOnWriteArrayList<>();
    signals.listen(told::add);
    Job leased = leased("mnist", "s1");
    apply("mnist", renewal(leased)).join();
    apply("mnist", new Cancel()).join();
    committer.close();

    assertThat(told).containsExactly(id("mnist"), id("mnist"), id("mnist"));
  }

  @Test
  void whoListensHearsAllAnswersInTheirOrderAndBeforeThoseWhoAsked() {
    Heard heard = new Heard();
    committer.listen(heard);
    Gate gate = gateBeforeNextSave();
    submit("a");
    gate.awaitReached();
    submit("b");
    apply("a", Sample.pause());
    apply("nowhere", new Cancel());
    CompletableFuture<Outcome> last = apply("a", new Cancel());
    List<String> heardByTheLast = new ArrayList<>();
    CompletableFuture<Void> after = last.thenRun(() -> heardByTheLast.addAll(heard.all));
    gate.open();
    after.join();

    assertThat(heard.all)
        .containsExactly("a SUBMITTED", "nowhere FAILED", "b SUBMITTED", "a PAUSED", "a CANCELLED");
    assertThat(heardByTheLast).isEqualTo(heard.all);
  }

  private static final class Heard implements TransitionListener {
    private final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public void submitted(Submit submit) {
      all.add(submit.spec().name() + " SUBMITTED");
    }

    @Override
    public void answered(JobId job, Command command, Outcome outcome) {
      all.add(job.value().substring(3) + " " + ((Outcome.Now) outcome).state());
    }

    @Override
    public void failed(JobId job) {
      all.add(job.value().substring(3) + " FAILED");
    }
  }

  private CompletableFuture<Outcome> submit(String name) {
    return committer.submit(Sample.submit(name)).toCompletableFuture();
  }

  private CompletableFuture<Outcome> apply(String name, Command command) {
    return committer.apply(id(name), command).toCompletableFuture();
  }

  private Job leased(String name, String session) {
    submit(name).join();
    Acquire acquire = Sample.acquire(session);
    assertThat(apply(name, acquire).join()).isInstanceOf(Outcome.Granted.class);
    return job(name);
  }

  private Job job(String name) {
    return store.find(id(name)).orElseThrow();
  }

  private static JobId id(String name) {
    return new JobId("id-" + name);
  }

  private static Renew renewal(Job leased) {
    return new Renew(
        leased.fence(), leased.lease().orElseThrow().ask().secretHash(), Position.START);
  }

  private static Transition byAnother(Job read, Command command) {
    return Sample.after(read, command, Sample.START);
  }

  private void fail() {
    throw new StoreUnavailable("The disk is full.", null);
  }

  private boolean hasFailed(CompletableFuture<Outcome> answer) {
    return answer.isCompletedExceptionally();
  }

  private static void assertFails(
      CompletableFuture<Outcome> answer, Class<? extends Throwable> type, String sentence) {
    assertThatThrownBy(answer::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(type)
        .hasMessageContaining(sentence);
  }

  private Gate gateBeforeNextSave() {
    Gate gate = new Gate();
    store.beforeSave(gate::pass);
    return gate;
  }

  /** Holds the committer until the test opens it. */
  private static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    void pass() {
      reached.countDown();
      await(opened);
    }

    void awaitReached() {
      await(reached);
    }

    void open() {
      opened.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
