package baton.storage;

import java.io.IOException;

/**
 * A failure of the local file, which must not be taken for a failure of the store. It is unchecked,
 * so that it passes through a store's client unchanged.
 */
public final class LocalFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final IOException error;

  public LocalFailure(IOException error) {
    super(error);
    this.error = error;
  }

  public IOException error() {
    return error;
  }
}
