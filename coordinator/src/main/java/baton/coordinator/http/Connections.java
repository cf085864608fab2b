package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of a listener, and the limits on new ones.
 *
 * <p>A connection that has not sent a valid token yet is a stranger. Strangers share few places,
 * and the oldest stranger is closed to make room for the next: an honest client sends its token at
 * once.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final HttpLimits limits;
  private final List<Subnet> proxies;
  private final Supplier<Duration> ticker;
  private final Map<HttpConnection, ConnectionGuard> open = new HashMap<>();
  private final Set<ConnectionGuard> strangers = new LinkedHashSet<>();
  private final Map<Subnet, Integer> ofOneHost = new HashMap<>();
  private final AcceptThrottle throttle = new AcceptThrottle();
  private Optional<Duration> warned = Optional.empty();

  /**
   * @param proxies the proxies whose X-Forwarded-For header is trusted
   * @param ticker a monotonic clock
   */
  Connections(HttpLimits limits, List<Subnet> proxies, Supplier<Duration> ticker) {
    this.limits = limits;
    this.proxies = List.copyOf(proxies);
    this.ticker = ticker;
  }

  /** Guards a new connection, or closes it at once. */
  void enter(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    throttle.takenUp(channel);
    Optional<Subnet> host =
        channel.remoteAddress() instanceof InetSocketAddress from
            ? Optional.of(from.getAddress()).filter(this::isCounted).map(Subnet::ofOneHost)
            : Optional.empty();
    if (!hasPlace(host)) {
      channel.close();
      return;
    }
    ConnectionGuard guard = new ConnectionGuard(limits, ticker);
    add(connection, guard);
    channel.pipeline().addAfter("httpEncoder", "guard", guard);
    channel.closeFuture().addListener(closed -> leave(connection, host));
  }

  /** The connection of this request has sent a valid token. */
  synchronized void prove(HttpServerRequest request) {
    ConnectionGuard guard = open.get(request.connection());
    if (guard != null && strangers.remove(guard)) {
      guard.prove();
    }
  }

  /** Closes the connection of this request once it is answered. */
  synchronized void closeAfterAnswer(HttpServerRequest request) {
    ConnectionGuard guard = open.get(request.connection());
    if (guard != null) {
      guard.closeAfterAnswer();
    }
  }

  /** Closes overdue connections; called periodically. */
  void look() {
    Duration now = ticker.get();
    List<ConnectionGuard> guards;
    synchronized (this) {
      guards = new ArrayList<>(open.values());
    }
    guards.forEach(guard -> guard.look(now));
  }

  /**
   * Admits a request; a client behind a proxy may have only a limited number of concurrent
   * requests.
   */
  void admit(RoutingContext request) {
    Optional<Subnet> client = clientBehindProxy(request.request()).map(Subnet::ofOneHost);
    if (client.isPresent() && !take(client.get())) {
      throw new ProblemRaised(
          ProblemType.TOO_BUSY,
          "This client has %d requests under way, and may have no more. Ask again in a moment."
              .formatted(limits.ofOneAddress()));
    }
    client.ifPresent(taken -> request.addEndHandler(over -> giveBack(taken)));
    request.next();
  }

  synchronized int count() {
    return open.size();
  }

  /** How many connections are accepted but not handled yet. */
  int waiting() {
    return throttle.waiting();
  }

  private synchronized boolean hasPlace(Optional<Subnet> host) {
    if (open.size() >= limits.connections() || strangers.size() >= limits.strangers()) {
      warn("All places for connections are taken; those that bore no token are closed for others.");
      if (strangers.isEmpty()) {
        return false;
      }
      Iterator<ConnectionGuard> oldest = strangers.iterator();
      ConnectionGuard leaves = oldest.next();
      oldest.remove();
      leaves.close();
    }
    if (host.isPresent() && !take(host.get())) {
      warn("One address has %d connections; it gets no more.".formatted(limits.ofOneAddress()));
      return false;
    }
    return true;
  }

  private synchronized void add(HttpConnection connection, ConnectionGuard guard) {
    open.put(connection, guard);
    strangers.add(guard);
  }

  private synchronized void leave(HttpConnection connection, Optional<Subnet> host) {
    ConnectionGuard guard = open.remove(connection);
    if (guard != null) {
      strangers.remove(guard);
      host.ifPresent(this::giveBack);
    }
  }

  private synchronized boolean take(Subnet host) {
    int taken = ofOneHost.getOrDefault(host, 0);
    if (taken >= limits.ofOneAddress()) {
      return false;
    }
    ofOneHost.put(host, taken + 1);
    return true;
  }

  private synchronized void giveBack(Subnet host) {
    ofOneHost.computeIfPresent(host, (same, taken) -> taken > 1 ? taken - 1 : null);
  }

  private boolean isCounted(InetAddress address) {
    return !address.isLoopbackAddress() && !isProxy(address);
  }

  private boolean isProxy(InetAddress address) {
    return proxies.stream().anyMatch(proxy -> proxy.contains(address));
  }

  /** The last hop that is not a trusted proxy; anybody could have written the hops before it. */
  private Optional<InetAddress> clientBehindProxy(HttpServerRequest request) {
    if (proxies.isEmpty()
        || !(((ConnectionBase) request.connection()).channel().remoteAddress()
            instanceof InetSocketAddress from)
        || !isProxy(from.getAddress())) {
      return Optional.empty();
    }
    List<String> hops =
        new ArrayList<>(
            request.headers().getAll("X-Forwarded-For").stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip)
                .toList());
    Collections.reverse(hops);
    for (String hop : hops) {
      try {
        InetAddress address = Subnet.literal(hop);
        if (!isProxy(address)) {
          return Optional.of(address).filter(this::isCounted);
        }
      } catch (IllegalArgumentException e) {
        return Optional.empty(); // a proxy that hides its clients
      }
    }
    return Optional.empty();
  }

  /** Logs at most one line a minute. */
  private void warn(String sentence) {
    Duration now = ticker.get();
    if (warned.filter(last -> now.minus(last).compareTo(BETWEEN_WARNINGS) < 0).isEmpty()) {
      warned = Optional.of(now);
      LOG.warn(sentence);
    }
  }
}
