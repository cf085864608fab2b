package baton.coordinator.http;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The counters of a listener, each with its limit. */
public final class Bounds {
  private final Connections connections;
  private final BodyBudget bodies;
  private final HeldRequests held;

  Bounds(HttpLimits limits, List<Subnet> proxies, Supplier<Duration> ticker) {
    this.connections = new Connections(limits, proxies, ticker);
    this.bodies = new BodyBudget(limits.bodyBytes());
    this.held = new HeldRequests(limits);
  }

  /**
   * The limits of docs/guide/operations.md.
   *
   * @param proxies the proxies whose X-Forwarded-For header is trusted
   * @param ticker a monotonic clock
   */
  public static Bounds of(List<Subnet> proxies, Supplier<Duration> ticker) {
    return new Bounds(HttpLimits.ofMachine(), proxies, ticker);
  }

  Connections connections() {
    return connections;
  }

  BodyBudget bodies() {
    return bodies;
  }

  HeldRequests held() {
    return held;
  }
}
