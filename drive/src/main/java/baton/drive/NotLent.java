package baton.drive;

import com.google.auth.Retryable;
import java.io.IOException;

/** The coordinator has lent no access that works, for as long as was waited for it. */
final class NotLent extends IOException implements Retryable {
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
