package baton.protocol.client;

import java.io.IOException;

/**
 * No answer of a coordinator came: no connection, no answer in time, or an answer of something
 * else. Nobody knows whether the request was carried out; it may be sent again (R8).
 */
public final class UnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
