package baton.protocol.message;

import baton.protocol.Checkpoint;
import baton.protocol.Gaps;
import baton.protocol.Verified;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;

/**
 * A committed checkpoint and what became of it: {@code KEPT}, {@code PRUNED}, {@code REJECTED}.
 *
 * @param metrics what was measured at its position, NaN for a value that was not finite; absent if
 *     nothing was measured
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CheckpointView(
    Checkpoint checkpoint,
    String state,
    Verified verified,
    Instant committedAt,
    @Gaps Map<String, Double> metrics) {}
