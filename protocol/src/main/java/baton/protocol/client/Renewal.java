package baton.protocol.client;

import baton.protocol.Directive;
import java.time.Duration;

/**
 * The answer to a renewal.
 *
 * @param ttl what remains of the lease, counted from the sending of the request plus {@code waited}
 * @param waited how long the coordinator held the request
 */
public record Renewal(Duration ttl, Duration waited, Directive directive, String reason) {}
