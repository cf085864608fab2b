package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.History;
import baton.coordinator.lease.History.CheckpointMarked.Mark;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobHistory.CheckpointRow;
import baton.coordinator.lease.JobHistory.SegmentRow;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.LeaseEnd;
import baton.coordinator.lease.RecoveredJob;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.ReportCorrupt;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.RetainedSet;
import baton.coordinator.lease.Samples;
import baton.protocol.Checkpoint;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises of a job's history. */
abstract class JobHistoryContract {
  private JobStore store;
  private Job job;
  private int second;

  abstract JobStore create();

  @BeforeEach
  void open() {
    store = create();
    job = save(Sample.submitted("mnist", at(0)));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aNewJobHasNoHistoryButItsSubmission() {
    assertThat(history().segments()).isEmpty();
    assertThat(history().checkpoints()).isEmpty();
    assertThat(history().measurements()).isEmpty();
    assertThat(history().events(10))
        .extracting(History.Event::kind)
        .containsExactly(History.Event.Kind.SUBMITTED);
  }

  @Test
  void aSegmentThatIsUnderWayReachesToItsLastCommit() {
    grant("s1");
    SegmentRow begun = onlySegment();
    commit(new Position(0, 10), 0.9);
    commit(new Position(0, 20), 0.8);

    assertThat(begun)
        .isEqualTo(
            new SegmentRow(
                job.fence(),
                new SessionId("s1"),
                "worker-of-s1",
                "cpu",
                Position.START,
                Position.START,
                Position.ofEpochs(1),
                at(1),
                Optional.empty(),
                Optional.empty()));
    assertThat(onlySegment().to()).isEqualTo(new Position(0, 20));
    assertThat(onlySegment().end()).isEqualTo(Position.ofEpochs(1));
  }

  @Test
  void aSegmentSaysWhenAndWhyItEnded() {
    grant("s1");
    commit(new Position(0, 10), 0.9);
    release(true);

    assertThat(onlySegment().why()).contains(LeaseEnd.SESSION_ENDING);
    assertThat(onlySegment().endedAt()).contains(at(3));
    assertThat(onlySegment().to()).isEqualTo(new Position(0, 10));
  }

  @Test
  void whoTrainsOnBeginsANewSegmentWhereTheLastOneEnded() {
    grant("s1");
    commit(Position.ofEpochs(1), 0.9);
    commit(new Position(1, 5), 0.8);

    List<SegmentRow> segments = history().segments();
    assertThat(segments).extracting(SegmentRow::fence).containsOnly(job.fence());
    assertThat(segments)
        .extracting(SegmentRow::why)
        .containsExactly(Optional.of(LeaseEnd.CONTINUED), Optional.empty());
    assertThat(segments)
        .extracting(SegmentRow::to)
        .containsExactly(Position.ofEpochs(1), new Position(1, 5));
  }

  @Test
  void eachLeaseHasItsOwnSegmentsInTheOrderOfTheirBegin() {
    grant("s1");
    commit(new Position(0, 10), 0.9);
    release(false);
    grant("s2");

    assertThat(history().segments())
        .extracting(segment -> segment.session().value())
        .containsExactly("s1", "s2");
    assertThat(history().segments())
        .extracting(SegmentRow::from)
        .containsExactly(Position.START, new Position(0, 10));
    assertThat(history().newestSegments(2)).isEqualTo(history().segments());
    assertThat(history().newestSegments(1)).isEqualTo(history().segments().subList(1, 2));
  }

  @Test
  void aCheckpointComesBackWithWhoCommittedIt() {
    grant("s1");
    Checkpoint committed = commit(new Position(0, 10), 0.9);

    assertThat(history().checkpoints())
        .containsExactly(
            new CheckpointRow(
                committed, new SessionId("s1"), Verified.COORDINATOR, Optional.empty(), at(2)));
  }

  @Test
  void checkpointsThatAreNoLongerKeptAreMarkedPruned() {
    grant("s1");
    for (int batch = 1; batch <= 5; batch++) {
      commit(new Position(0, batch), 1.0 / batch);
    }

    assertThat(history().checkpoints())
        .extracting(CheckpointRow::mark)
        .containsExactly(
            Optional.of(Mark.PRUNED),
            Optional.of(Mark.PRUNED),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  @Test
  void measurementsGoBackToTheFirstCheckpointThoughOnlyTheLastAreKept() {
    grant("s1");
    for (int batch = 1; batch <= 5; batch++) {
      commit(new Position(0, batch), batch);
    }

    assertThat(losses()).containsExactly(1.0, 2.0, 3.0, 4.0, 5.0);
  }

  @Test
  void aMeasurementThatWasNotFiniteComesBackAsAGap() {
    grant("s1");
    commit(new Position(0, 10), Double.NaN);
    commit(new Position(0, 20), Double.POSITIVE_INFINITY);
    commit(new Position(0, 30), 0.5);

    assertThat(losses()).containsExactly(Double.NaN, Double.NaN, 0.5);
  }

  @Test
  void measurementsLeaveOutWhatARollbackTookBack() {
    grant("s1");
    commit(new Position(0, 10), 0.9);
    Checkpoint corrupt = commit(new Position(0, 20), 0.8);
    reject(corrupt);
    List<Double> afterTheRollback = losses();
    grant("s2");
    commit(new Position(0, 20), 0.7);

    assertThat(afterTheRollback).containsExactly(0.9);
    assertThat(losses()).containsExactly(0.9, 0.7);
    assertThat(history().checkpoints())
        .extracting(CheckpointRow::mark)
        .containsExactly(Optional.empty(), Optional.of(Mark.REJECTED), Optional.empty());
  }

  @Test
  void whatWasPrunedIsToDeleteUntilItIsNoted() {
    grant("s1");
    Checkpoint first = commit(new Position(0, 10), 0.9);
    Checkpoint second = commit(new Position(0, 20), 0.8);
    commit(new Position(0, 30), 0.7);
    commit(new Position(0, 40), 0.6);
    List<Checkpoint> pruned = history().toDelete();
    assertThat(pruned).isNotEmpty().isSubsetOf(first, second);

    store.noteDeleted(job.id(), pruned.get(0).digest(), Instant.parse("2026-03-01T13:00:00Z"));
    store.noteDeleted(job.id(), pruned.get(0).digest(), Instant.parse("2026-03-01T14:00:00Z"));

    assertThat(history().toDelete()).isEqualTo(pruned.subList(1, pruned.size()));
    assertThat(history().checkpoints()).as("the row stays").hasSize(4);
  }

  @Test
  void measurementsGoOnThroughCheckpointsThatARestoreAdopted() {
    grant("s1");
    commit(new Position(0, 10), 0.9);
    Checkpoint known = commit(new Position(0, 20), 0.8);
    Checkpoint adopted = Sample.checkpoint(job, new Position(0, 30));
    change(
        new RestoreJob(
            7,
            Optional.of(
                new RecoveredJob(
                    List.of(Samples.stored(adopted), Samples.stored(known)),
                    new RetainedSet(List.of(adopted, known), Map.of()))),
            Set.of(known.digest())));
    grant("s2");
    commit(new Position(0, 40), 0.6);

    assertThat(losses()).containsExactly(0.9, 0.8, 0.6);
  }

  @Test
  void aJobWhoseOnlyCheckpointWasRejectedHasNoMeasurements() {
    grant("s1");
    reject(commit(new Position(0, 10), 0.9));

    assertThat(losses()).isEmpty();
    assertThat(history().checkpoints()).hasSize(1);
  }

  @Test
  void theNewestEventsComeInTheOrderInWhichTheyHappened() {
    grant("s1");
    release(false);
    grant("s2");
    change(Sample.pause());

    assertThat(history().events(3))
        .extracting(History.Event::kind)
        .containsExactly(
            History.Event.Kind.RELEASED, History.Event.Kind.GRANTED, History.Event.Kind.PAUSED);
    assertThat(history().events(3)).extracting(History.Event::at).isSorted();
    assertThat(history().events(100)).hasSize(5);
  }

  @Test
  void aStaleRowLeavesNoHistory() {
    Job read = job;
    change(Sample.pause());

    store.save(List.of(Sample.after(read, Sample.acquire("s1"), at(9))));

    assertThat(history().segments()).isEmpty();
    assertThat(history().events(100)).hasSize(2);
  }

  @Test
  void jobsHaveNothingToDoWithOneAnothersHistory() {
    grant("s1");
    commit(new Position(0, 10), 0.9);
    Job first = job;
    job = save(Sample.submitted("another", at(5)));
    grant("s2");

    assertThat(losses()).isEmpty();
    assertThat(onlySegment().session()).isEqualTo(new SessionId("s2"));
    assertThat(store.history(first.id()).segments()).hasSize(1);
  }

  private void grant(String session) {
    change(Sample.acquire(session));
  }

  private Checkpoint commit(Position position, double loss) {
    change(Sample.commit(job, position, loss));
    return job.head().orElseThrow();
  }

  private void release(boolean sessionEnding) {
    change(new Release(job.fence(), job.lease().orElseThrow().ask().secretHash(), sessionEnding));
  }

  private void reject(Checkpoint corrupt) {
    change(
        new ReportCorrupt(
            job.fence(),
            job.lease().orElseThrow().ask().secretHash(),
            Trouble.corrupt(corrupt.digest(), "model.safetensors differs"),
            ReportCorrupt.OwnCheck.CORRUPT));
  }

  /** Each change happens a second after the one before it. */
  private void change(Command command) {
    second++;
    job = save(Sample.after(job, command, at(second)));
  }

  private Job save(JobStore.Transition transition) {
    assertThat(store.save(List.of(transition))).containsExactly(true);
    return transition.changed();
  }

  private JobHistory history() {
    return store.history(job.id());
  }

  private SegmentRow onlySegment() {
    assertThat(history().segments()).hasSize(1);
    return history().segments().get(0);
  }

  private List<Double> losses() {
    List<Measurement> measured = history().measurements();
    assertThat(history().lastMeasured())
        .isEqualTo(measured.stream().reduce((earlier, later) -> later));
    return measured.stream().map(Measurement::values).map(values -> values.get("loss")).toList();
  }

  private static Instant at(int seconds) {
    return Sample.START.plusSeconds(seconds);
  }
}
