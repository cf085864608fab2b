package baton.protocol;

import java.net.URI;
import java.util.Map;
import java.util.Objects;

/**
 * An address that is itself the permission to do one thing with one object, for a short time.
 *
 * @param address never in a log; this text of the record leaves it out
 * @param headers that must be sent with it
 */
public record LentUrl(URI address, Map<String, String> headers) {
  public LentUrl {
    Objects.requireNonNull(address);
    headers = Map.copyOf(headers);
  }

  @Override
  public String toString() {
    return "a lent address";
  }
}
