package baton.coordinator.lease;

import static baton.coordinator.lease.Samples.NOON;
import static baton.coordinator.lease.Samples.after;
import static baton.coordinator.lease.Samples.ask;
import static baton.coordinator.lease.Samples.askKnowing;
import static baton.coordinator.lease.Samples.leasedTo;
import static baton.coordinator.lease.Samples.secretOf;
import static baton.coordinator.lease.Samples.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a holder gives way. Leases of the test begin at noon. */
class TurnsTest {
  private static final Map<JobId, Fence> NONE_RAN_OUT = Map.of();
  private static final Duration NOTHING_KNOWN = Duration.ZERO;

  private final Job mnist = waiting("mnist", 0, NOON);
  private final Job digits = waiting("digits", 0, NOON);
  private final Job urgent = waiting("urgent", 5, NOON);
  private final Job leased = leasedTo("zoe", mnist);

  @Test
  void aHolderAloneTrainsOn() {
    assertThat(when(leased, List.of(leased), List.of(), NOON.plus(hours(9))))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  @Test
  void neverDoesAHolderGiveWayBecauseAnEqualWorkerWaits() {
    assertThat(when(leased, List.of(leased), List.of(ask("anna")), NOON.plus(hours(9))))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  @Test
  void aJobOfHigherPriorityWaitsForOneSave() {
    assertThat(when(leased, List.of(leased, digits, urgent), List.of(), NOON))
        .isEqualTo(GiveWay.WITH_NEXT_SAVE);
  }

  @Test
  void aJobOfLowerPriorityWaitsForEver() {
    Job holds = leasedTo("zoe", urgent);

    assertThat(when(holds, List.of(holds, mnist), List.of(), NOON.plus(hours(9))))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  @Test
  void jobsOfOnePriorityTakeTurnsOfFiveMinutesWhereChangesAreCheap() {
    List<Job> jobs = List.of(leased, digits);

    assertThat(when(leased, jobs, List.of(), NOON.plusSeconds(299))).isEqualTo(GiveWay.NOT_NOW);
    assertThat(when(leased, jobs, List.of(), NOON.plusSeconds(300)))
        .isEqualTo(GiveWay.AT_SEGMENT_END);
  }

  @Test
  void aTurnLastsTwentyTimesWhatAChangeCostsAndAnHourAtMost() {
    List<Job> jobs = List.of(leased, digits);
    Duration cost = Duration.ofMinutes(2);

    assertThat(when(leased, jobs, List.of(), cost, NOON.plus(Duration.ofMinutes(39))))
        .isEqualTo(GiveWay.NOT_NOW);
    assertThat(when(leased, jobs, List.of(), cost, NOON.plus(Duration.ofMinutes(40))))
        .isEqualTo(GiveWay.AT_SEGMENT_END);
    assertThat(when(leased, jobs, List.of(), Duration.ofMinutes(42), NOON.plus(hours(1))))
        .isEqualTo(GiveWay.AT_SEGMENT_END);
  }

  @Test
  void aJobThatAWaitingWorkerCouldTakeNeedsNoOneToGiveWay() {
    List<Job> jobs = List.of(leased, digits, urgent);

    assertThat(when(leased, jobs, List.of(ask("anna")), NOON.plus(hours(2))))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  @Test
  void norDoesOneThatTheHolderCouldNotRunNorOneThatIsLeased() {
    Instant later = NOON.plus(hours(2));

    assertThat(when(leased, List.of(leased, failedBy("zoe", urgent)), List.of(), later))
        .isEqualTo(GiveWay.NOT_NOW);
    assertThat(when(leased, List.of(leased, leasedTo("ben", urgent)), List.of(), later))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  @Test
  void aRunOutLeaseOfAnotherJobWaitsForItsTurnToo() {
    Job lost = leasedTo("ben", digits);

    assertThat(
            Turns.when(
                leased,
                List.of(leased, lost),
                List.of(),
                Map.of(lost.id(), lost.fence()),
                NOTHING_KNOWN,
                NOON.plus(hours(1))))
        .isEqualTo(GiveWay.AT_SEGMENT_END);
  }

  @Test
  void whoseSessionIsAboutToEndGivesWayToOneThatOutlivesIt() {
    Job ending = leasedBy(askKnowing("zoe", hours(4)), mnist);
    List<Ask> stays = List.of(ask("anna"));

    assertThat(when(ending, List.of(ending), stays, NOON.plus(minutes(238))))
        .isEqualTo(GiveWay.NOT_NOW);
    assertThat(when(ending, List.of(ending), stays, NOON.plus(minutes(239))))
        .isEqualTo(GiveWay.AT_SEGMENT_END);
    assertThat(
            when(
                ending,
                List.of(ending),
                List.of(askKnowing("anna", hours(4))),
                minutes(8),
                NOON.plus(minutes(232))))
        .as("with too little left for a save of 8 min")
        .isEqualTo(GiveWay.AT_SEGMENT_END);
  }

  @Test
  void butNotToOneThatEndsAsSoonNorToItselfNorToOneThatMayNotHaveTheJob() {
    Job ending = leasedBy(askKnowing("zoe", hours(4)), failedBy("ben", mnist));
    Instant nearTheEnd = NOON.plus(minutes(239));

    for (Ask ask : List.of(askKnowing("anna", minutes(6)), ask("zoe", "another"), ask("ben"))) {
      assertThat(when(ending, List.of(ending), List.of(ask), nearTheEnd))
          .as(ask.worker())
          .isEqualTo(GiveWay.NOT_NOW);
    }
  }

  @Test
  void withoutAHolderNobodyGivesWay() {
    assertThat(when(mnist, List.of(mnist, urgent), List.of(ask("anna")), NOON))
        .isEqualTo(GiveWay.NOT_NOW);
  }

  private static GiveWay when(Job job, Collection<Job> jobs, Collection<Ask> waiting, Instant now) {
    return when(job, jobs, waiting, NOTHING_KNOWN, now);
  }

  private static GiveWay when(
      Job job, Collection<Job> jobs, Collection<Ask> waiting, Duration cost, Instant now) {
    return Turns.when(job, jobs, waiting, NONE_RAN_OUT, cost, now);
  }

  private static Job leasedBy(Ask ask, Job job) {
    return after(job, new Acquire(ask, Optional.of(job.fence()), Duration.ZERO, Optional.empty()));
  }

  private static Job failedBy(String worker, Job job) {
    Job holding = leasedTo(worker, job);
    return after(
        holding, new Fail(holding.fence(), secretOf(holding), Trouble.program("NaN", "Mend it.")));
  }

  private static Duration hours(int hours) {
    return Duration.ofHours(hours);
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }
}
