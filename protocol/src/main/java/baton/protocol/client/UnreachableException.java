package baton.protocol.client;

import java.io.IOException;

/**
 * No coordinator answered: no connection, no answer in time, or an answer from something else. The
 * request may or may not have been carried out; it may be sent again (R8).
 */
public final class UnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
