package baton.protocol.client;

import baton.protocol.Directive;
import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer to a renewal.
 *
 * @param ttl how long the lease lasts, counted from when the request was sent plus {@code waited}
 * @param waited how long the coordinator held the request
 * @param lifetime how long sessions like the holder's last; empty if the coordinator does not say
 */
public record Renewal(
    Duration ttl,
    Duration waited,
    Directive directive,
    String reason,
    Optional<LifetimeEstimate> lifetime) {}
