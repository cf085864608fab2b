package baton.worker.segment;

import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;

/**
 * What a holder proves its lease with.
 *
 * @param secret whose sha256 it was granted to; never in a log
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
