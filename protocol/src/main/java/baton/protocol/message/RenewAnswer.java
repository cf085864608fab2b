package baton.protocol.message;

import baton.protocol.Directive;

/**
 * The answer to a renewal: what remains of the lease, and what the coordinator wants.
 *
 * @param hazard how long sessions like this one last; may be absent
 * @param access to the lease's store, if there is newer than the holder has; may be absent
 */
public record RenewAnswer(
    long ttlMs,
    long waitedMs,
    Directive directive,
    String reason,
    HazardBody hazard,
    LentAccess access) {}
