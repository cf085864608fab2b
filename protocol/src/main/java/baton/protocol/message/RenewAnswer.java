package baton.protocol.message;

import baton.protocol.Directive;

/**
 * The answer to a renewal: how long the lease lasts, and what the holder is to do.
 *
 * @param hazard how long sessions like this one last; may be absent
 * @param access to the lease's store, if there is newer access than the holder has; may be absent
 */
public record RenewAnswer(
    long ttlMs,
    long waitedMs,
    Directive directive,
    String reason,
    HazardBody hazard,
    LentAccess access) {}
