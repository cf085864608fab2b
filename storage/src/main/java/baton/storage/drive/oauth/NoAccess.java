package baton.storage.drive.oauth;

import com.google.auth.Retryable;
import java.io.IOException;

/** There is no access token to be had, and asking again would not help. */
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
