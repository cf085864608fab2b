package baton.protocol.message;

import baton.protocol.Directive;

/**
 * The answer to a renewal: what remains of the lease, and what the coordinator wants.
 *
 * @param hazard how long sessions like this one last; may be absent
 */
public record RenewAnswer(
    long ttlMs, long waitedMs, Directive directive, String reason, HazardBody hazard) {}
