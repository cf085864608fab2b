package baton.protocol.message;

import baton.protocol.Hazard;
import java.time.Duration;

/** How long sessions last until they vanish, as JSON: milliseconds for durations. */
public record HazardBody(long meanMs, int lost, long heldMs) {
  public static HazardBody from(Hazard hazard) {
    return new HazardBody(
        hazard.meanTimeToLoss().toMillis(), hazard.lost(), hazard.held().toMillis());
  }

  /** The value; an {@link IllegalArgumentException} says in a sentence what cannot be. */
  public Hazard toHazard() {
    return new Hazard(Duration.ofMillis(meanMs), lost, Duration.ofMillis(heldMs));
  }
}
