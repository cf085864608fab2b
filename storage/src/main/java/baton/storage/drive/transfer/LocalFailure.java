package baton.storage.drive.transfer;

import java.io.IOException;

/**
 * The local file failed, not Drive; unchecked, so that it passes through Google's client unchanged.
 */
final class LocalFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final IOException error;

  LocalFailure(IOException error) {
    super(error);
    this.error = error;
  }

  IOException error() {
    return error;
  }
}
