package baton.protocol.message;

import baton.protocol.Checkpoint;
import baton.protocol.Verified;
import java.time.Instant;

/** A committed checkpoint and what became of it: {@code KEPT}, {@code PRUNED}, {@code REJECTED}. */
public record CheckpointView(
    Checkpoint checkpoint, String state, Verified verified, Instant committedAt) {}
