package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Budget;
import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.Resume;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of jobs promises. */
abstract class JobStoreContract {
  JobStore store;

  abstract JobStore create();

  @BeforeEach
  void open() {
    store = create();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatWasSubmittedIsFoundByItsIdAndItsName() {
    Job job = submit("mnist");

    assertThat(store.find(job.id())).contains(job);
    assertThat(store.findByName("mnist")).contains(job);
    assertThat(store.find(new JobId("another"))).isEmpty();
    assertThat(store.findByName("another")).isEmpty();
  }

  @Test
  void aJobComesBackAsItWasStored() {
    Job leased = apply(submit("mnist"), Sample.acquire("s1"));
    Job trained = apply(leased, Sample.commit(leased, new Position(0, 17), 0.25));

    assertThat(store.find(trained.id())).contains(trained);
  }

  @Test
  void whomAJobAvoidsComesBackInTheSameOrder() {
    Job job = submit("mnist");
    List<SessionId> avoided =
        IntStream.range(0, 50).mapToObj(i -> new SessionId("s" + (i * 7919) % 50)).toList();
    Budget budget =
        new Budget(
            2,
            1,
            List.of(new Budget.Failure(avoided.get(0), "the loss is NaN")),
            new LinkedHashSet<>(avoided),
            Map.of("Tesla T4", new Budget.Bar(at(600), "Out of memory.", "Use smaller batches.")),
            Optional.of(new Budget.Accusation(avoided.get(1), Sha256.ofText("manifest"))));

    store(Changed.with(job, budget));

    assertThat(store.find(job.id()).orElseThrow().budget()).isEqualTo(budget);
    assertThat(store.find(job.id()).orElseThrow().budget().avoidedSessions())
        .containsExactlyElementsOf(avoided);
  }

  @Test
  void aChangeThatReadAnOlderVersionIsStale() {
    Job read = submit("mnist");
    Job paused = apply(read, Sample.pause());

    Transition late = Sample.after(read, new Cancel(), at(2));

    assertThat(store.save(List.of(late))).containsExactly(false);
    assertThat(store.find(read.id())).contains(paused);
  }

  @Test
  void aChangeThatRestsOnWhatNoLongerCountsIsLeftOutAlone() {
    Job mnist = submit("mnist");
    Job cifar = submit("cifar");

    assertThat(
            store.save(
                List.of(
                    resting(Sample.after(mnist, Sample.acquire("s1"), at(2)), () -> false),
                    resting(Sample.after(cifar, Sample.acquire("s2"), at(2)), () -> true))))
        .containsExactly(false, true);
    assertThat(store.find(mnist.id())).contains(mnist);
  }

  static Transition resting(Transition transition, BooleanSupplier stillCounts) {
    return new Transition(
        transition.readVersion(),
        transition.changed(),
        transition.outcome(),
        transition.rows(),
        transition.repeatKey(),
        stillCounts);
  }

  @Test
  void aNewJobIsNeverWrittenOverAnother() {
    Job first = submit("mnist");

    assertThat(store.save(List.of(Sample.submitted("mnist", at(5))))).containsExactly(false);
    assertThat(store.find(first.id())).contains(first);
  }

  @Test
  void aChangeNeverBringsBackAJobThatIsNotThere() {
    Job gone = Sample.submitted("gone", at(0)).changed();

    assertThat(store.save(List.of(Sample.after(gone, Sample.pause(), at(1)))))
        .containsExactly(false);
    assertThat(store.find(gone.id())).isEmpty();
  }

  @Test
  void aStaleRowFailsAloneAndNotItsBatch() {
    Job a = submit("a");
    Job b = submit("b");
    Job c = submit("c");
    apply(b, Sample.pause());

    List<Boolean> stored =
        store.save(
            List.of(
                Sample.after(a, new Cancel(), at(2)),
                Sample.after(b, new Cancel(), at(2)),
                Sample.after(c, new Cancel(), at(2))));

    assertThat(stored).containsExactly(true, false, true);
    assertThat(store.open()).extracting(Job::id).containsExactly(b.id());
  }

  @Test
  void whatBuildsOnAStaleRowIsStaleToo() {
    Job read = submit("mnist");
    Job others = apply(read, Sample.pause());
    Transition stale = Sample.after(read, Sample.acquire("s1"), at(2));
    Transition onTop = Sample.after(stale.changed(), new Cancel(), at(2));
    Transition sameVersionAsTheOthers = Sample.after(stale.changed(), Sample.pause(), at(2));
    assertThat(sameVersionAsTheOthers.readVersion()).isEqualTo(others.version());

    assertThat(store.save(List.of(stale, onTop, sameVersionAsTheOthers)))
        .containsExactly(false, false, false);
    assertThat(store.find(read.id())).contains(others);
  }

  @Test
  void oneBatchMayChangeAJobSeveralTimes() {
    Transition created = Sample.submitted("mnist", at(0));
    Transition leased = Sample.after(created.changed(), Sample.acquire("s1"), at(1));
    Transition paused = Sample.after(leased.changed(), Sample.pause(), at(2));

    assertThat(store.save(List.of(created, leased, paused))).containsExactly(true, true, true);
    assertThat(store.find(created.changed().id())).contains(paused.changed());
  }

  @Test
  void aNameIsTakenOnce() {
    Job first = submit("mnist");
    Transition again =
        new Transition(
            0,
            Changed.withId(first, "another-id"),
            new Outcome.Released(),
            List.of(),
            none(),
            () -> true);

    assertThat(store.save(List.of(again))).containsExactly(false);
    assertThat(store.find(new JobId("another-id"))).isEmpty();
  }

  @Test
  void aRepeatKeyIsTakenOnceOverAllJobs() {
    Job a = submit("a");
    Job b = submit("b");
    apply(a, Sample.acquire("s1", "secret"));

    Transition again = Sample.after(b, Sample.acquire("s2", "secret"), at(2));

    assertThat(store.save(List.of(again))).containsExactly(false);
    assertThat(store.find(b.id())).contains(b);
    assertThat(store.history(b.id()).segments()).isEmpty();
  }

  @Test
  void aSessionHoldsAtMostOneLeaseOverAllJobs() {
    Job a = submit("a");
    Job b = submit("b");
    Transition first = Sample.after(a, Sample.acquire("s1", "one secret"), at(1));
    Transition second = Sample.after(b, Sample.acquire("s1", "another secret"), at(1));

    assertThat(store.save(List.of(first, second))).containsExactly(true, false);
    assertThat(store.find(b.id())).contains(b);
    assertThat(store.answer(second.repeatKey().orElseThrow())).isEmpty();
  }

  @Test
  void aSessionThatGaveItsLeaseBackMayHaveAnotherInTheSameBatch() {
    Job a = apply(submit("a"), Sample.acquire("s1", "one secret"));
    Job b = submit("b");
    Release release = new Release(a.fence(), Sample.secretHash("one secret"), false);

    assertThat(
            store.save(
                List.of(
                    Sample.after(a, release, at(2)),
                    Sample.after(b, Sample.acquire("s1", "another secret"), at(2)))))
        .containsExactly(true, true);
  }

  @Test
  void anAnswerIsFoundUnderItsKeyWithItsJob() {
    Job job = submit("mnist");
    Transition grant = Sample.after(job, Sample.acquire("s1"), at(1));
    store(grant);

    assertThat(store.answer(grant.repeatKey().orElseThrow()))
        .contains(new JobStore.StoredAnswer(job.id(), grant.outcome()));
    assertThat(store.answer("acquire/never-asked")).isEmpty();
  }

  @Test
  void aCommitsAnswerStaysAfterAPruneAnEndAndACompletion() {
    Job leased = apply(submit("mnist"), Sample.acquire("s1"));
    Transition trainsOn =
        Sample.after(leased, Sample.commit(leased, new Position(0, 7), 0.5), at(1));
    Job next = store(trainsOn);
    Transition atEnd = Sample.after(next, Sample.commit(next, Position.ofEpochs(1), 0.4), at(2));
    Job second = store(atEnd);
    Transition leaves =
        Sample.after(second, Sample.commit(second, Position.ofEpochs(2), 0.3, true), at(3));
    Job third = store(leaves);
    Job released =
        apply(third, new Release(third.fence(), Sample.secretHash("secret of s1"), true));
    Job again = apply(released, Sample.acquire("s2"));
    Transition completes =
        Sample.after(again, Sample.commit(again, again.spec().end(), 0.1), at(9_999));
    Job over = store(completes);
    store.noteDeleted(over.id(), trainsOn.changed().head().orElseThrow().digest(), at(10_000));

    assertThat(over.state()).isEqualTo(JobState.COMPLETE);
    assertThat(over.kept()).doesNotContain(trainsOn.changed().head().orElseThrow());
    for (Transition repeated : List.of(trainsOn, atEnd, leaves, completes)) {
      assertThat(store.answer(repeated.repeatKey().orElseThrow()))
          .contains(new JobStore.StoredAnswer(over.id(), repeated.outcome()));
    }
    Transition other = Sample.after(leased, Sample.commit(leased, new Position(0, 8), 0.5), at(1));
    assertThat(store.answer(other.repeatKey().orElseThrow())).as("never made").isEmpty();
  }

  @Test
  void nobodyElsesSecretFindsACommitsAnswer() {
    Job leased = apply(submit("mnist"), Sample.acquire("s1"));
    Transition commit = Sample.after(leased, Sample.commit(leased, new Position(0, 7), 0.5), at(1));
    Job next = store(commit);
    Job released = apply(next, new Release(next.fence(), Sample.secretHash("secret of s1"), true));
    apply(released, Sample.acquire("s2"));
    String key = commit.repeatKey().orElseThrow();

    for (String secret : List.of("secret of s2", "a guess")) {
      String others =
          key.replace(Sample.secretHash("secret of s1").hex(), Sample.secretHash(secret).hex());
      assertThat(others).isNotEqualTo(key);
      assertThat(store.answer(others)).as(secret).isEmpty();
    }
  }

  @Test
  void openJobsComeInTheOrderOfTheirSubmission() {
    Job late = store(Sample.submitted("a", at(3)));
    Job early = store(Sample.submitted("b", at(1)));
    Job over = store(Sample.submitted("c", at(2)));
    Job soon = store(Sample.submitted("d", at(1).plusNanos(1)));
    apply(over, new Cancel());
    Job paused = apply(soon, Sample.pause());

    assertThat(store.open()).containsExactly(early, paused, late);
  }

  @Test
  void theNewestJobsComeFirstWhateverTheirState() {
    Job first = store(Sample.submitted("a", at(1)));
    Job second = apply(store(Sample.submitted("b", at(2))), new Cancel());
    Job third = store(Sample.submitted("c", at(3)));

    assertThat(store.newest(2)).containsExactly(third, second);
    assertThat(store.newest(10)).containsExactly(third, second, first);
  }

  @Test
  void aJobIsSeenAsItIsNowHoweverOftenItWasReadBefore() {
    Job job = submit("mnist");
    List<Job> seen = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      job = apply(apply(job, Sample.pause()), new Resume(false, Optional.empty()));
      seen.add(store.find(job.id()).orElseThrow());
      assertThat(store.open()).containsExactly(job);
    }

    assertThat(seen).extracting(Job::version).containsExactly(3L, 5L, 7L);
  }

  Job submit(String name) {
    return store(Sample.submitted(name, at(0)));
  }

  Job apply(Job job, Command command) {
    return store(Sample.after(job, command, at(1)));
  }

  Job store(Transition transition) {
    assertThat(store.save(List.of(transition))).containsExactly(true);
    return transition.changed();
  }

  static Instant at(int seconds) {
    return Sample.START.plusSeconds(seconds);
  }

  private static Optional<String> none() {
    return Optional.empty();
  }
}
