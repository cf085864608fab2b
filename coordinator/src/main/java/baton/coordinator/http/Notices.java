package baton.coordinator.http;

import baton.coordinator.lease.Budget;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Schedule;
import baton.protocol.Ask;
import baton.protocol.Policy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a person should know about a job, in sentences that also say what to do. */
final class Notices {
  private Notices() {}

  /**
   * @param waiting the requests for a lease that wait now
   * @param left the remaining time of the live lease, if there is one
   */
  static List<String> of(Job job, Collection<Ask> waiting, Optional<Duration> left, Instant now) {
    List<String> notices = new ArrayList<>();
    Budget budget = job.budget();
    Policy policy = job.spec().policy();
    if (job.state() == JobState.WAITING) {
      addWhoIsMissing(notices, job, waiting, now);
    }
    if (job.acceptChange() && !job.state().isOver()) {
      notices.add(
          "Another script, other arguments or other files may go on from %s, once: a person accepts"
                  .formatted(job.position())
              + " it.");
    }
    left.flatMap(remaining -> silence(job, remaining)).ifPresent(notices::add);
    budget
        .bars()
        .forEach(
            (device, bar) -> {
              if (bar.until().isAfter(now)) {
                notices.add(
                    "Not given to %s until %s: %s %s"
                        .formatted(
                            device,
                            bar.until().truncatedTo(ChronoUnit.SECONDS),
                            bar.message(),
                            bar.remedy()));
              }
            });
    if (!budget.failures().isEmpty()) {
      notices.add(
          "Failed %s at this head (the same error from %d sessions fails the job); the last: %s"
              .formatted(
                  budget.failures().size() == 1 ? "once" : budget.failures().size() + " times",
                  policy.sessionsToFail(),
                  budget.failures().get(budget.failures().size() - 1).message()));
    }
    if (budget.lostInARow() > 0 && !job.state().isOver()) {
      notices.add(
          "%d of %d leases lost in a row without a commit; then the job pauses."
              .formatted(budget.lostInARow(), policy.lostInARow()));
    }
    if (budget.stallsInARow() > 0 && !job.state().isOver()) {
      notices.add(
          "%d of %d leases stalled in a row; then the job pauses."
              .formatted(budget.stallsInARow(), policy.stallsInARow()));
    }
    budget
        .accusation()
        .ifPresent(
            accusation ->
                notices.add(
                    "One session finds the checkpoint %s corrupt or gone; a second one must agree."
                        .formatted(accusation.checkpoint().brief())));
    return List.copyOf(notices);
  }

  /** The notice for a holder that has missed a renewal, which is due every third of the ttl. */
  private static Optional<String> silence(Job job, Duration left) {
    Duration ttl = job.spec().policy().ttl();
    String worker = job.lease().orElseThrow().ask().worker();
    if (left.isZero()) {
      return Optional.of(
          "Lease %s of %s has run out, and nobody carries on yet. Start a worker that has the program %s."
              .formatted(job.fence().brief(), worker, job.spec().program()));
    }
    return left.compareTo(ttl.dividedBy(2)) < 0
        ? Optional.of(
            "No sign of %s for %s; another worker may take over in %s."
                .formatted(worker, StatusText.span(ttl.minus(left)), StatusText.span(left)))
        : Optional.empty();
  }

  private static void addWhoIsMissing(
      List<String> notices, Job job, Collection<Ask> waiting, Instant now) {
    String program = job.spec().program();
    if (waiting.isEmpty()) {
      notices.add("No worker waits for a job. Start one that has the program " + program + ".");
    } else if (waiting.stream().noneMatch(ask -> ask.programs().contains(program))) {
      String known =
          waiting.stream()
              .flatMap(ask -> ask.programs().stream())
              .distinct()
              .sorted()
              .collect(Collectors.joining(", "));
      notices.add(
          "No waiting worker has the program %s; they have: %s. Start one that has it, or cancel the job."
              .formatted(program, known));
    } else if (waiting.stream().allMatch(ask -> Schedule.obstacle(job, ask, now).isPresent())) {
      waiting.stream()
          .flatMap(ask -> Schedule.obstacle(job, ask, now).stream())
          .findFirst()
          .ifPresent(obstacle -> notices.add("No waiting worker may have it: " + obstacle + "."));
    }
  }
}
