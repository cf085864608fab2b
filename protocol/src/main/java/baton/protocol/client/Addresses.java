package baton.protocol.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The addresses of a cluster's coordinators. Requests go to one of them as long as it answers, then
 * to the next. Thread-safe.
 */
final class Addresses {
  private final List<URI> all;
  private final AtomicInteger current = new AtomicInteger();

  Addresses(List<URI> all) {
    if (all.isEmpty()) {
      throw new IllegalArgumentException("A coordinator is named like http://127.0.0.1:8642.");
    }
    all.forEach(Addresses::require);
    this.all = List.copyOf(all);
  }

  static URI parse(String text) {
    try {
      return require(new URI(text));
    } catch (URISyntaxException e) {
      throw notOne(text);
    }
  }

  URI current() {
    return all.get(current.get());
  }

  /** Fails over to the address after {@code failed}, unless another thread has done so already. */
  void failOver(URI failed) {
    int at = all.indexOf(failed);
    current.compareAndSet(at, (at + 1) % all.size());
  }

  int count() {
    return all.size();
  }

  private static URI require(URI coordinator) {
    if (coordinator.getHost() == null || !("" + coordinator.getScheme()).startsWith("http")) {
      throw notOne(coordinator.toString());
    }
    return coordinator;
  }

  private static IllegalArgumentException notOne(String text) {
    return new IllegalArgumentException(
        "A coordinator is named like http://127.0.0.1:8642, not " + text);
  }
}
