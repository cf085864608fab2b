package baton.storage.s3;

import java.io.IOException;

/** A local failure is no fault of the store, and must not be taken for one. */
final class LocalFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LocalFault(IOException cause) {
    super(cause);
  }

  IOException error() {
    return (IOException) getCause();
  }
}
