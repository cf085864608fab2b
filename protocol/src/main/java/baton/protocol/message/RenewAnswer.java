package baton.protocol.message;

import baton.protocol.Directive;

/** The answer to a renewal: what remains of the lease, and what the coordinator wants. */
public record RenewAnswer(long ttlMs, long waitedMs, Directive directive, String reason) {}
