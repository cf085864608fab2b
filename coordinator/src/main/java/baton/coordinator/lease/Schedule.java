package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.JobId;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides which job a session gets: the one with the highest priority, then the one that waits
 * longest.
 */
public final class Schedule {
  private static final int REASONS_TOLD = 3;

  private static final Comparator<Job> FIRST =
      Comparator.<Job>comparingInt(job -> -job.spec().priority())
          .thenComparing(Job::waitingSince)
          .thenComparing(job -> job.id().value());

  private Schedule() {}

  /** What an asking session gets. */
  public sealed interface Choice {
    /** This job's lease; {@code ranOut} is the live lease that this may end. */
    record Take(JobId job, Optional<Fence> ranOut) implements Choice {}

    /** The session holds this live lease already (R1). */
    record Held(JobId job, Fence fence) implements Choice {}

    /** Nothing now: why, and a leased job whose head the session may keep ready as a standby. */
    record Nothing(String reason, Optional<JobId> standby) implements Choice {}
  }

  /**
   * @param jobs all jobs that are not over
   * @param ranOut the live leases that have run out, by job
   */
  public static Choice choose(
      Collection<Job> jobs, Ask ask, Map<JobId, Fence> ranOut, Instant now) {
    Optional<Job> own = jobs.stream().filter(job -> isHeldBy(job, ask)).findFirst();
    if (own.isPresent() && !hasRunOut(own.get(), ranOut)) {
      return new Choice.Held(own.get().id(), own.get().fence());
    }
    // A session that lost contact with its own lease may only take up that one, since it holds at
    // most one.
    Collection<Job> open = own.<Collection<Job>>map(List::of).orElse(jobs);
    return open.stream()
        .filter(job -> isOpen(job, ranOut) && Eligibility.obstacle(job, ask, now).isEmpty())
        .min(FIRST)
        .<Choice>map(job -> new Choice.Take(job.id(), Optional.ofNullable(ranOut.get(job.id()))))
        .orElseGet(() -> nothing(jobs, ask, ranOut, now));
  }

  /** Why {@code ask} may not have {@code job}, as a clause of a sentence; empty if it may. */
  public static Optional<String> obstacle(Job job, Ask ask, Instant now) {
    return Eligibility.obstacle(job, ask, now);
  }

  /** Whether {@code job} may be given to somebody now. */
  static boolean isOpen(Job job, Map<JobId, Fence> ranOut) {
    return job.state() == JobState.WAITING
        || (job.state() == JobState.RUNNING && hasRunOut(job, ranOut));
  }

  private static boolean hasRunOut(Job job, Map<JobId, Fence> ranOut) {
    return job.fence().equals(ranOut.get(job.id()));
  }

  private static boolean isHeldBy(Job job, Ask ask) {
    return job.lease().filter(lease -> lease.ask().session().equals(ask.session())).isPresent();
  }

  private static Choice nothing(
      Collection<Job> jobs, Ask ask, Map<JobId, Fence> ranOut, Instant now) {
    String obstacles =
        jobs.stream()
            .filter(job -> isOpen(job, ranOut))
            .sorted(FIRST)
            .flatMap(job -> Eligibility.obstacle(job, ask, now).stream())
            .limit(REASONS_TOLD)
            .collect(Collectors.joining("; "));
    Optional<JobId> standby =
        jobs.stream()
            .filter(job -> job.state() == JobState.RUNNING && job.head().isPresent())
            .filter(job -> Eligibility.obstacle(job, ask, now).isEmpty())
            .min(FIRST)
            .map(Job::id);
    String otherwise = standby.isPresent() ? "every job is leased" : "no job waits for a lease";
    return new Choice.Nothing(obstacles.isEmpty() ? otherwise : obstacles, standby);
  }
}
