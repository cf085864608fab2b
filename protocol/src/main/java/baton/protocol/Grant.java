package baton.protocol;

import java.time.Duration;
import java.util.Optional;

/**
 * A lease as its holder receives it.
 *
 * @param ttl how long it lasts without a renewal, counted from when the request was sent plus
 *     {@code waited} (R9)
 * @param waited how long the coordinator held the request
 * @param lifetime how long sessions like the holder's last; empty if the coordinator does not say
 * @param head where training goes on; empty to start fresh from the seed
 * @param acceptChange whether a person accepts that training goes on with a script, arguments or
 *     files other than those that made the head
 */
public record Grant(
    JobId job,
    JobSpec spec,
    Fence fence,
    Duration ttl,
    Duration waited,
    Segment segment,
    Optional<Checkpoint> head,
    StoreId store,
    Optional<LifetimeEstimate> lifetime,
    boolean acceptChange) {}
