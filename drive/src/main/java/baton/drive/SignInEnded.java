package baton.drive;

import com.google.auth.Retryable;
import java.io.IOException;

/** There is no access token to be had any more, and asking again would not help. */
final class SignInEnded extends IOException implements Retryable {
  private static final long serialVersionUID = 1L;

  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public int getRetryCount() {
    return 0;
  }
}
