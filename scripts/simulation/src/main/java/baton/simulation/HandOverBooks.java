package baton.simulation;

import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Schedule;
import baton.protocol.AfterCommit;
import baton.protocol.Ask;
import baton.protocol.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The referee's rules for a lease that changes hands though its holder could train on: never for an
 * equal worker (H1), for a job of the same priority only after a full turn (H2), for a job of
 * higher priority with the next save (H3), at a session's end for a session that outlives it (H4);
 * and the longest of the waiting sessions gets it (H5).
 */
final class HandOverBooks {
  private static final Duration SHORTEST_TURN = Duration.ofMinutes(5);
  private static final Duration ABOUT_TO_END = Duration.ofMinutes(1);

  /** A session with this much time left can always make up for the cost of a change. */
  private static final Duration SURELY_NOT_ENDING = Duration.ofMinutes(5);

  /** Sessions report their ends in requests, which may have waited or travelled for this long. */
  private static final Duration AS_GOOD = Duration.ofMinutes(1);

  private final InvariantReport whistle;
  private final Map<SessionId, Duration> ends = new HashMap<>();

  HandOverBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  /** A session began. */
  void opened(SessionId session, Optional<Duration> endsAt) {
    endsAt.ifPresent(at -> ends.put(session, at));
  }

  /**
   * A commit is answered for the first time.
   *
   * @param seen all open jobs, and the waiting requests for a lease
   */
  void committed(
      Job before,
      Commit commit,
      Outcome.Committed answer,
      DecisionBooks.Situation seen,
      Instant record) {
    Collection<Job> open = seen.open();
    List<Ask> waiting = seen.waiting();
    if (before.state() != JobState.RUNNING || answer.next() == AfterCommit.COMPLETE) {
      return;
    }
    Lease lease = before.lease().orElseThrow();
    boolean released = answer.next() == AfterCommit.RELEASE;
    boolean atEnd = !lease.segment().to().isAfter(commit.checkpoint().position());
    int own = before.spec().priority();
    int most = highest(before, lease, open, waiting, record, false);
    int mostPerhaps = highest(before, lease, open, waiting, record, true);
    Duration held = Duration.between(lease.grantedAt(), record);
    boolean outlives =
        waiting.stream()
            .filter(ask -> !ask.session().equals(lease.ask().session()))
            .anyMatch(ask -> mayHave(before, ask, record));
    Optional<Duration> left = lease.ask().endsIn().map(span -> span.minus(held));

    whistle.require(released || most <= own, "H3", "a job of higher priority waits on");
    whistle.require(
        released
            || !atEnd
            || !outlives
            || left.filter(span -> span.compareTo(ABOUT_TO_END) < 0).isEmpty()
            || waiting.stream().anyMatch(ask -> ask.endsIn().isPresent()),
        "H4",
        "a session that is about to end keeps the lease from one that lasts");
    if (released && mostPerhaps <= own) {
      boolean ending =
          outlives && left.filter(span -> span.compareTo(SURELY_NOT_ENDING) < 0).isPresent();
      whistle.require(
          mostPerhaps == own || (atEnd && ending), "H1", "a lease is taken for an equal worker");
      whistle.require(
          atEnd && (ending || held.compareTo(SHORTEST_TURN) >= 0), "H2", "a turn is cut short");
    }
  }

  /**
   * The highest priority of the other jobs that the holder could run and no waiting worker could.
   */
  private static int highest(
      Job before,
      Lease lease,
      Collection<Job> open,
      List<Ask> waiting,
      Instant record,
      boolean thatMayHaveRunOut) {
    return open.stream()
        .filter(other -> !other.id().equals(before.id()))
        .filter(
            other ->
                other.state() == JobState.WAITING
                    || (thatMayHaveRunOut && other.state() == JobState.RUNNING))
        .filter(other -> mayHave(other, lease.ask(), record))
        .filter(other -> waiting.stream().noneMatch(ask -> mayHave(other, ask, record)))
        .mapToInt(other -> other.spec().priority())
        .max()
        .orElse(Integer.MIN_VALUE);
  }

  /** A lease was granted; {@code waiting} are the requests that still wait. */
  void granted(Job job, Ask chosen, List<Ask> waiting, Instant record) {
    Optional<Duration> end = Optional.ofNullable(ends.get(chosen.session()));
    boolean anotherLastsLonger =
        end.isPresent()
            && waiting.stream()
                .filter(ask -> ask.device().equals(chosen.device()))
                .filter(ask -> mayHave(job, ask, record))
                .map(ask -> Optional.ofNullable(ends.get(ask.session())))
                .anyMatch(
                    other -> other.isEmpty() || other.get().compareTo(end.get().plus(AS_GOOD)) > 0);
    whistle.require(!anotherLastsLonger, "H5", "one that waits would last longer");
  }

  private static boolean mayHave(Job job, Ask ask, Instant record) {
    return Schedule.obstacle(job, ask, record).isEmpty();
  }
}
