package baton.protocol.message;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;

/** How long sessions last until they vanish, as JSON: milliseconds for durations. */
public record HazardBody(long meanMs, int lost, long heldMs) {
  public HazardBody {
    FieldBounds.number("meanMs", meanMs, 1);
    FieldBounds.number("lost", lost, 0);
    FieldBounds.number("heldMs", heldMs, 0);
  }

  public static HazardBody from(LifetimeEstimate hazard) {
    return new HazardBody(
        hazard.meanTimeToLoss().toMillis(), hazard.lost(), hazard.held().toMillis());
  }

  /** The value; an {@link IllegalArgumentException} says in a sentence what is invalid. */
  public LifetimeEstimate toHazard() {
    return new LifetimeEstimate(Duration.ofMillis(meanMs), lost, Duration.ofMillis(heldMs));
  }
}
