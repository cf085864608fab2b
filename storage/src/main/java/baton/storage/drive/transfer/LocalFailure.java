package baton.storage.drive.transfer;

import java.io.IOException;

/** The local file failed, not Drive; unchecked to pass through Google's client untouched. */
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
