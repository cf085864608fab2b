package baton.protocol.message;

import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.SessionId;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * One row of a job's history: what one lease achieved of one segment.
 *
 * @param to the last committed position; {@code from} if nothing was committed
 * @param ended why it ended, such as {@code RELEASED}, {@code LOST}; absent while it is live
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SegmentView(
    Fence fence,
    SessionId session,
    String worker,
    Position from,
    Position to,
    Position end,
    String ended,
    Instant startedAt,
    Instant endedAt) {}
