package baton.protocol;

import java.time.Duration;
import java.util.Optional;

/**
 * A lease as its holder receives it.
 *
 * @param ttl how long it lives on without a renewal, counted from the sending of the request plus
 *     {@code waited} (R9)
 * @param waited how long the coordinator held the request
 * @param hazard how long sessions like the holder's last; empty: the coordinator does not say
 * @param head where training goes on; empty: fresh from the seed
 * @param acceptChange whether a person accepts that another script, other arguments or other files
 *     go on from the head than made it
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
    Optional<LifetimeEstimate> hazard,
    boolean acceptChange) {}
