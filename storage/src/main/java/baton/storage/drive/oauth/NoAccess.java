package baton.storage.drive.oauth;

import com.google.auth.Retryable;
import java.io.IOException;

/** No access token can be obtained, and a retry would not help. */
abstract class NoAccess extends IOException implements Retryable {
  private static final long serialVersionUID = 1L;

  @Override
  public final boolean isRetryable() {
    return false;
  }

  @Override
  public final int getRetryCount() {
    return 0;
  }
}
