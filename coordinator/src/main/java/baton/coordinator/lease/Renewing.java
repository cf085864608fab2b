package baton.coordinator.lease;

import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a holder reports when it renews.
 *
 * @param progress batches, bytes or items done in this phase; it only grows (R10)
 * @param loss of the last batch, for people who watch
 * @param saving how often it saves, and why; empty if the job fixes it
 */
public record Renewing(
    Phase phase,
    Position position,
    long progress,
    OptionalDouble loss,
    Optional<SaveInterval> saving) {}
