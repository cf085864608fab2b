package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The last renewal of a lease: advice that may be lost, never a record.
 *
 * @param counter grows with each renewal
 * @param progress batches, bytes or items done in this phase
 * @param loss of the last batch, for people who watch
 * @param saving how often it saves, and why; empty: as the job says
 */
public record Pulse(
    Fence fence,
    long counter,
    Phase phase,
    long progress,
    Position position,
    OptionalDouble loss,
    Optional<SaveInterval> saving) {

  public Pulse(
      Fence fence,
      long counter,
      Phase phase,
      long progress,
      Position position,
      OptionalDouble loss) {
    this(fence, counter, phase, progress, position, loss, Optional.empty());
  }
}
