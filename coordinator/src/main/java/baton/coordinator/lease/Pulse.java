package baton.coordinator.lease;

import baton.protocol.Fence;
import baton.protocol.Phase;
import baton.protocol.Position;
import java.util.OptionalDouble;

/**
 * The last renewal of a lease: advice that may be lost, never a record.
 *
 * @param counter grows with each renewal
 * @param progress batches, bytes or items done in this phase
 * @param loss of the last batch, for people who watch
 */
public record Pulse(
    Fence fence,
    long counter,
    Phase phase,
    long progress,
    Position position,
    OptionalDouble loss) {}
