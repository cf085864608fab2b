package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.Phase;
import java.time.Instant;
import java.util.Locale;

/** Ends a lease whose phase exceeds its limits, however often it is renewed (R10). */
public record Stall(Fence fence, Phase phase) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    if (job.lease().isEmpty() || !job.fence().equals(fence)) {
      return Decision.unchanged(new Outcome.Now(job.state()));
    }
    String where = phase.name().toLowerCase(Locale.ROOT);
    Budget budget = job.budget().stalled();
    Change change =
        job.change()
            .budget(budget)
            .endLease(LeaseEnd.STALLED, now)
            .row(
                new History.Event(
                    History.Event.Kind.STALLED,
                    "lease %s of %s stalled in phase %s"
                        .formatted(fence, job.lease().get().ask().worker(), where),
                    now));
    JobState after = job.state().withoutLease();
    if (budget.stallsInARow() >= job.spec().policy().stallsInARow()) {
      Endings.pause(
          change,
          "%d leases in a row stalled, the last in phase %s. See why it hangs, then resume. A job whose"
                  .formatted(budget.stallsInARow(), where)
              + " batches may take longer is submitted with --longest-silence.",
          now);
      after = JobState.PAUSED;
    }
    return change.answer(new Outcome.Now(after));
  }
}
