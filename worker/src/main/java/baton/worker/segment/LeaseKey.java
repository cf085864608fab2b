package baton.worker.segment;

import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;

/**
 * What a holder proves with that it has the lease.
 *
 * @param secret the lease was granted to its sha256; must not be logged
 */
public record LeaseKey(JobId job, Fence fence, String secret) {
  public static LeaseKey of(Grant grant, String secret) {
    return new LeaseKey(grant.job(), grant.fence(), secret);
  }

  @Override
  public String toString() {
    return "lease " + fence + " of " + job;
  }
}
