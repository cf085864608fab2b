package baton.coordinator.lease;

import java.time.Duration;
import java.time.Instant;

/** How a lease ends if its holder did not give it back, and when that pauses the job (R11). */
final class Endings {
  private Endings() {}

  static void lost(Change change, Job job, Instant now) {
    lost(change, job, Duration.ZERO, now);
  }

  /**
   * The holder vanished.
   *
   * @param silence how long ago the holder was last heard of; this time does not count as held
   */
  static void lost(Change change, Job job, Duration silence, Instant now) {
    Lease lease = job.lease().orElseThrow();
    change
        .budget(change.budget().lost())
        .endLease(LeaseEnd.LOST, now.minus(silence), now)
        .row(
            new History.Event(
                History.Event.Kind.LOST,
                "lease %s of %s ran out".formatted(lease.fence(), lease.ask().worker()),
                now));
  }

  /** Pauses the job if too many leases were lost in a row; returns whether it did. */
  static boolean pauseIfChurning(Change change, Job job, Instant now) {
    int most = job.spec().policy().lostInARow();
    if (change.budget().lostInARow() < most) {
      return false;
    }
    pause(
        change,
        "%d leases in a row were lost before a checkpoint was committed. Save more often, or see why"
                .formatted(most)
            + " workers die; then resume.",
        now);
    return true;
  }

  static void pause(Change change, String reason, Instant now) {
    change
        .state(JobState.PAUSED, reason)
        .row(new History.Event(History.Event.Kind.PAUSED, "paused: " + reason, now));
  }
}
