package baton.coordinator.relay;

import baton.coordinator.lease.Candidate;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Compares the requests that wait for one job by how much their sessions are expected to get done.
 */
final class Rivals {
  /** Bounded, since thousands may wait, and every grant compares. */
  private static final int MOST_COMPARED = 200;

  private final WaitingRoom room;
  private final LifetimeModel lifetimes;
  private final Clock clock;
  private final Supplier<Duration> ticker;

  Rivals(WaitingRoom room, LifetimeModel lifetimes, Clock clock, Supplier<Duration> ticker) {
    this.room = room;
    this.lifetimes = lifetimes;
    this.clock = clock;
    this.ticker = ticker;
  }

  /**
   * Removes and returns a waiting request that is expected to get more done than {@code request}.
   */
  Optional<Waiting> better(Waiting request, Job job) {
    List<Waiting> all = with(request, job);
    return Candidate.best(candidates(all, job))
        .flatMap(best -> all.stream().filter(one -> one.ask() == best.ask()).findFirst())
        .filter(best -> best != request && room.leave(best));
  }

  /** Why {@code request} gets the job; empty if no other waits for it. */
  Optional<String> whyChosen(Waiting request, Job job) {
    List<Candidate> all = candidates(with(request, job), job);
    return all.size() == 1 ? Optional.empty() : Optional.of(all.get(0).whyAmong(all));
  }

  private List<Waiting> with(Waiting request, Job job) {
    Stream<Waiting> others =
        room.first(MOST_COMPARED).stream()
            .filter(other -> Schedule.obstacle(job, other.ask(), clock.instant()).isEmpty());
    return Stream.concat(Stream.of(request), others).toList();
  }

  private List<Candidate> candidates(List<Waiting> requests, Job job) {
    return requests.stream().map(request -> candidate(request, job)).toList();
  }

  private Candidate candidate(Waiting request, Job job) {
    String device = request.ask().device();
    return new Candidate(
        request.ask(),
        ticker.get().minus(request.since()),
        lifetimes.of(device),
        lifetimes.speed(job.id(), device));
  }
}
