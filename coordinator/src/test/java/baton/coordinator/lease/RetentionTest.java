package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.POLICY;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.commit;
import static baton.coordinator.lease.Samples.corrupt;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.secretOf;
import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.History.CheckpointMarked;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** R13: what is marked pruned, before anyone may delete it. */
class RetentionTest {
  private final List<Position> pruned = new ArrayList<>();
  private final List<Checkpoint> all = new ArrayList<>();

  @Test
  void nothingIsMarkedWhileThereIsNoSurplus() {
    Job job = committed(committed(keeping(2), 1), 2);

    assertThat(pruned).isEmpty();
    assertThat(keptEpochs(job)).containsExactly(2, 1);
  }

  @Test
  void keepingTwoTheHeadAndItsParentStay() {
    Job job = keeping(2);
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch);
    }

    assertThat(keptEpochs(job)).containsExactly(5, 4);
    assertThat(pruned).containsExactly(at(1), at(2), at(3));
  }

  @Test
  void keepingThreeOneMoreStays() {
    Job job = keeping(3);
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch);
    }

    assertThat(keptEpochs(job)).containsExactly(5, 4, 3);
    assertThat(pruned).containsExactly(at(1), at(2));
  }

  @Test
  void theCommitThatCompletesTheJobMarksItsSurplusToo() {
    Job job = committed(committed(committed(keeping(2), 1), 2), 6);

    assertThat(job.state()).isEqualTo(JobState.COMPLETE);
    assertThat(pruned).containsExactly(at(1));
  }

  @Test
  void theHeadAfterARollbackAndItsNewChildStay() {
    Job job = committed(committed(committed(keeping(3), 1), 2), 3);
    Job rolledBack = leasedTo("ben", rolledBack(job));
    assertThat(keptEpochs(rolledBack)).containsExactly(2, 1);

    Job again = committed(rolledBack, 3);
    assertThat(keptEpochs(again)).containsExactly(3, 2, 1);
    assertThat(pruned).isEmpty();

    committed(again, 4);
    assertThat(pruned).containsExactly(at(1));
  }

  @Test
  void theRejectedOneIsMarkedSoAndNeverPruned() {
    Job job = committed(committed(keeping(2), 1), 2);
    Checkpoint rejected = job.head().orElseThrow();
    Job after = leasedTo("ben", rolledBack(job));
    for (int epoch = 3; epoch <= 5; epoch++) {
      after = committed(after, epoch);
    }

    assertThat(pruned).containsExactly(at(1), at(3)).doesNotContain(rejected.position());
  }

  private Job committed(Job job, int epoch, double measured) {
    Commit plain = commit(job, epoch, 0);
    return committed(
        job,
        new Commit(
            plain.fence(),
            plain.secretHash(),
            plain.checkpoint(),
            plain.profile(),
            List.of(new Measurement(at(epoch), Map.of("wer", measured))),
            plain.finalReason(),
            plain.verified(),
            plain.giveWay()));
  }

  private Job committed(Job job, int epoch) {
    return committed(job, commit(job, epoch, 0));
  }

  private Job committed(Job job, Commit commit) {
    all.add(commit.checkpoint());
    Decision decision = commit.decide(job, NOON);
    decision.rows().stream()
        .filter(CheckpointMarked.class::isInstance)
        .map(CheckpointMarked.class::cast)
        .forEach(
            row -> {
              assertThat(row.mark()).isEqualTo(CheckpointMarked.Mark.PRUNED);
              pruned.add(positionOf(row));
            });
    return decision.changed().orElseThrow();
  }

  private Position positionOf(CheckpointMarked row) {
    return all.stream()
        .filter(checkpoint -> checkpoint.digest().equals(row.digest()))
        .map(Checkpoint::position)
        .findFirst()
        .orElseThrow();
  }

  private static Job rolledBack(Job job) {
    return after(
        job,
        new ReportCorrupt(
            job.fence(), secretOf(job), corrupt(job), ReportCorrupt.OwnCheck.CORRUPT));
  }

  @Test
  void theBestStaysHoweverOldItIs() {
    Job job = keeping(2, best(Retention.Goal.MIN));
    double[] wer = {0.9, 0.3, 0.5, 0.4, 0.6};
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch, wer[epoch - 1]);
    }

    assertThat(keptEpochs(job)).containsExactly(5, 4, 2);
    assertThat(pruned).containsExactly(at(1), at(3));
  }

  @Test
  void aBetterOneTakesThePlaceOfTheBest() {
    Job job = keeping(2, best(Retention.Goal.MAX));
    double[] accuracy = {0.9, 0.3, 0.4, 0.95, 0.1};
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch, accuracy[epoch - 1]);
    }

    assertThat(keptEpochs(job)).containsExactly(5, 4);
    assertThat(pruned).containsExactlyInAnyOrder(at(2), at(1), at(3));
  }

  @Test
  void theEndOfEverySecondEpochStays() {
    Job job = keeping(2, new Retention(Optional.empty(), Optional.of(2), Optional.empty()));
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch);
    }

    assertThat(keptEpochs(job)).containsExactly(5, 4, 2);
    assertThat(pruned).containsExactly(at(1), at(3));
  }

  @Test
  void theBytesAreGivenOutByWorthAndTheHeadAndItsParentStayWhateverTheyTake() {
    Retention bound =
        new Retention(
            Optional.of(new Retention.Best("wer", Retention.Goal.MIN)),
            Optional.of(1),
            Optional.of(3_500L));
    Job job = keeping(2, bound);
    double[] wer = {0.1, 0.3, 0.5, 0.4, 0.6};
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch, wer[epoch - 1]);
    }
    assertThat(keptEpochs(job)).as("each takes 1,000 bytes").containsExactly(5, 4, 1);

    Job tight = keeping(3, new Retention(Optional.empty(), Optional.of(1), Optional.of(1L)));
    for (int epoch = 1; epoch <= 4; epoch++) {
      tight = committed(tight, epoch);
    }
    assertThat(keptEpochs(tight)).containsExactly(4, 3);
  }

  @Test
  void whereRoomIsShortOnlyTheHeadItsParentAndWhatWasNamedStay() {
    Job job = keeping(4, new Retention(Optional.empty(), Optional.of(2), Optional.empty()));
    for (int epoch = 1; epoch <= 5; epoch++) {
      job = committed(job, epoch);
    }
    assertThat(keptEpochs(job)).containsExactly(5, 4, 3, 2);

    Decision room = new MakeRoom().decide(job, NOON);

    assertThat(keptEpochs(room.changed().orElseThrow())).containsExactly(5, 4, 2);
    assertThat(room.rows()).filteredOn(CheckpointMarked.class::isInstance).hasSize(1);
    assertThat(new MakeRoom().decide(room.changed().get(), NOON).changed()).isEmpty();
  }

  @Test
  void aKeptOneThatTheHeadExtendsIsItsParentHoweverOld() {
    Job job = keeping(2, new Retention(Optional.empty(), Optional.of(1), Optional.empty()));
    for (int epoch = 1; epoch <= 4; epoch++) {
      job = committed(job, epoch);
    }

    Job back = leasedTo("cleo", rolledBack(leasedTo("ben", rolledBack(job))));

    assertThat(back.position()).isEqualTo(at(2));
    assertThat(keptEpochs(back)).containsExactly(2, 1);
  }

  private static Retention best(Retention.Goal goal) {
    return new Retention(
        Optional.of(new Retention.Best("wer", goal)), Optional.empty(), Optional.empty());
  }

  private static Job keeping(int keepLast) {
    return keeping(keepLast, Retention.NEWEST_ONLY);
  }

  private static Job keeping(int keepLast, Retention also) {
    JobSpec spec =
        JobSpec.of("mnist", "digits", 6).withSeed(7).withPolicy(POLICY.keeping(keepLast, also));
    Submit submit = new Submit(new JobId("job-mnist"), spec, Optional.empty());
    return leasedTo("anna", submit.decide(NOON).changed().orElseThrow());
  }

  private static List<Integer> keptEpochs(Job job) {
    return job.kept().stream().map(checkpoint -> checkpoint.position().epoch()).toList();
  }

  private static Position at(int epoch) {
    return Position.ofEpochs(epoch);
  }
}
