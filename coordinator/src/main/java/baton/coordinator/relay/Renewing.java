package baton.coordinator.relay;

import baton.protocol.Phase;
import baton.protocol.Position;
import java.util.OptionalDouble;

/**
 * What a holder says of itself when it renews.
 *
 * @param progress batches, bytes or items done in this phase; it only grows (R10)
 * @param loss of the last batch
 */
public record Renewing(Phase phase, Position position, long progress, OptionalDouble loss) {}
