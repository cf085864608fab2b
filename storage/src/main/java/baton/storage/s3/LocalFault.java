package baton.storage.s3;

import java.io.IOException;

/** A failure of the local file, which must not be taken for a failure of the store. */
final class LocalFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LocalFault(IOException cause) {
    super(cause);
  }

  IOException error() {
    return (IOException) getCause();
  }
}
