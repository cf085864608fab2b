package baton.coordinator.lease;

import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.Locale;

/**
 * Tells a holder what to do; changes nothing, since a renewal is advice and not a fact (R1).
 *
 * @param at the position that the holder reports
 */
public record Renew(Fence fence, Sha256 secretHash, Position at) implements Command {
  @Override
  public Decision decide(Job job, Instant now) {
    return Holder.refuse(job, fence, secretHash)
        .map(refused -> stopIfEnded(job, refused))
        .orElseGet(() -> isBeyondEnd(job) ? refuse(job) : Decision.unchanged(directive(job)));
  }

  private boolean isBeyondEnd(Job job) {
    return at.isAfter(job.spec().end());
  }

  private Decision refuse(Job job) {
    return Decision.refused(
        Refusal.POSITION_BEYOND_END,
        "The job ends at %s; the renewal is at %s.".formatted(job.spec().end(), at));
  }

  private static Outcome directive(Job job) {
    return job.state() == JobState.PAUSING
        ? new Outcome.Renewed(Directive.CHECKPOINT_AND_RELEASE, "the job is paused")
        : new Outcome.Renewed(Directive.GO_ON, "");
  }

  /** A late renewal is not an error of the worker: it is told to stop, and why. */
  private static Decision stopIfEnded(Job job, Decision refused) {
    return ((Outcome.Refused) refused.outcome()).why() == Refusal.STALE_FENCE
        ? Decision.unchanged(
            new Outcome.Renewed(
                Directive.STOP,
                job.state().isOver()
                    ? job.state().name().toLowerCase(Locale.ROOT)
                    : "the lease has ended"))
        : refused;
  }
}
