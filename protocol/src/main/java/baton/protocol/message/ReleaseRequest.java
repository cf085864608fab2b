package baton.protocol.message;

import baton.protocol.ReleaseReason;
import baton.protocol.Trouble;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/release}.
 *
 * @param error present exactly when {@code why} is FAILED
 */
public record ReleaseRequest(ReleaseReason why, Trouble error) {
  public ReleaseRequest {
    if ((why == ReleaseReason.FAILED) != (error != null)) {
      throw new IllegalArgumentException("an error is told with FAILED, and with it alone");
    }
  }
}
