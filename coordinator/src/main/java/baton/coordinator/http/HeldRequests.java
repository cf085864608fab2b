package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumMap;
import java.util.Map;

/** The requests that are held open: long polls, and watchers of events. */
final class HeldRequests {
  /** Tokens: the viewer's and the admin's. */
  private static final int WHO_MAY_WATCH = 2;

  private final HttpLimits limits;
  private final Map<Role, Integer> watchers = new EnumMap<>(Role.class);
  private int held;

  HeldRequests(HttpLimits limits) {
    this.limits = limits;
  }

  /** Counts a long poll until it is over, or refuses it; places for watchers are reserved. */
  synchronized void hold(RoutingContext request) {
    hold(request, limits.held() - limits.watchersOfAToken() * WHO_MAY_WATCH);
  }

  private void hold(RoutingContext request, int most) {
    if (held >= most) {
      throw new ProblemRaised(
          ProblemType.TOO_BUSY,
          "%d requests wait here already. Ask again in a moment, or without waiting."
              .formatted(held));
    }
    held++;
    request.addEndHandler(over -> letGo());
  }

  /** Counts a watcher until it is over, or refuses it; each role has one token. */
  synchronized void watch(RoutingContext request, Role token) {
    if (watchers.getOrDefault(token, 0) >= limits.watchersOfAToken()) {
      throw new ProblemRaised(
          ProblemType.TOO_BUSY,
          "%d streams of events are open for this token already. Close one, or ask again in a moment."
              .formatted(limits.watchersOfAToken()));
    }
    hold(request, limits.held());
    watchers.merge(token, 1, Integer::sum);
    request.addEndHandler(over -> leave(token));
  }

  private synchronized void letGo() {
    held--;
  }

  private synchronized void leave(Role token) {
    watchers.merge(token, -1, Integer::sum);
  }
}
