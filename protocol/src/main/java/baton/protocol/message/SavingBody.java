package baton.protocol.message;

import baton.protocol.SaveInterval;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.util.Optional;

/** How often a holder saves, and why, as JSON: milliseconds for durations. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SavingBody(long intervalMs, Long costMs, Long uploadMs, HazardBody hazard) {
  public SavingBody {
    FieldBounds.number("intervalMs", intervalMs, 0);
    FieldBounds.number("costMs", costMs == null ? 0 : costMs, 0);
    FieldBounds.number("uploadMs", uploadMs == null ? 0 : uploadMs, 0);
    FieldBounds.present("hazard", hazard);
  }

  public static SavingBody from(SaveInterval saving) {
    return new SavingBody(
        saving.interval().toMillis(),
        saving.cost().map(Duration::toMillis).orElse(null),
        saving.upload().map(Duration::toMillis).orElse(null),
        HazardBody.from(saving.lifetime()));
  }

  /** The value; an {@link IllegalArgumentException} says in a sentence what is invalid. */
  public SaveInterval toSaving() {
    return new SaveInterval(
        Duration.ofMillis(intervalMs),
        Optional.ofNullable(costMs).map(Duration::ofMillis),
        Optional.ofNullable(uploadMs).map(Duration::ofMillis),
        hazard.toHazard());
  }
}
