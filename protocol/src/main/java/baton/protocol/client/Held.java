package baton.protocol.client;

import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;

/**
 * A lease as its holder names it in every request.
 *
 * @param secret whose sha256 the lease was granted to; never in a log
 */
public record Held(JobId job, Fence fence, String secret) {
  public static Held of(Grant grant, String secret) {
    return new Held(grant.job(), grant.fence(), secret);
  }

  @Override
  public String toString() {
    return "lease " + fence + " of " + job;
  }
}
