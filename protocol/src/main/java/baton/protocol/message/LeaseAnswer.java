package baton.protocol.message;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.Segment;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.Optional;

/**
 * The answer to {@code POST /v1/leases} when a lease was granted.
 *
 * @param job the whole spec, so that a worker needs no second request
 * @param hazard how long sessions like this one last; may be absent
 * @param head absent to start fresh from the seed
 * @param access to the store, for a worker that borrows it; may be absent
 * @param acceptChange whether a script, arguments or files other than those that made the head may
 *     go on from it; absent means no
 */
public record LeaseAnswer(
    JobId jobId,
    JobSubmission job,
    Fence fence,
    long ttlMs,
    long waitedMs,
    Segment segment,
    Checkpoint head,
    StoreId store,
    HazardBody hazard,
    LentAccess access,
    Boolean acceptChange) {

  public static LeaseAnswer from(Grant grant) {
    return from(grant, Optional.empty());
  }

  public static LeaseAnswer from(Grant grant, Optional<StoreAccess> access) {
    return new LeaseAnswer(
        grant.job(),
        JobSubmission.from(grant.spec()),
        grant.fence(),
        grant.ttl().toMillis(),
        grant.waited().toMillis(),
        grant.segment(),
        grant.head().orElse(null),
        grant.store(),
        grant.lifetime().map(HazardBody::from).orElse(null),
        LentAccess.from(access),
        grant.acceptChange() ? true : null);
  }

  public Grant toGrant() {
    return new Grant(
        jobId,
        job.toSpec(),
        fence,
        Duration.ofMillis(ttlMs),
        Duration.ofMillis(waitedMs),
        segment,
        Optional.ofNullable(head),
        store,
        Optional.ofNullable(hazard).map(HazardBody::toHazard),
        Boolean.TRUE.equals(acceptChange));
  }
}
