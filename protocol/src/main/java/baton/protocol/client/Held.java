package baton.protocol.client;

import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;

/**
 * A lease as its holder identifies it in every request.
 *
 * @param secret the lease was granted to its sha256; must not be logged
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
