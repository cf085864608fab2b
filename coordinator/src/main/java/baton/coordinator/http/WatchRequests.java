package baton.coordinator.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;

/** Handles requests about the coordinator as a whole. */
final class WatchRequests {
  private static final String YAML = "application/yaml";
  private static final String TEXT = "text/plain";
  private static final String JSON = "application/json";

  private final Contract contract;
  private final Views views;
  private final Clock clock;
  private final Runnable mayDecide;
  private final EventFeed feed;
  private final HeldRequests held;
  private final Reply reply;

  WatchRequests(
      Contract contract,
      Views views,
      Clock clock,
      Runnable mayDecide,
      EventFeed feed,
      HeldRequests held,
      Reply reply) {
    this.contract = contract;
    this.views = views;
    this.clock = clock;
    this.mayDecide = mayDecide;
    this.feed = feed;
    this.held = held;
    this.reply = reply;
  }

  void status(RoutingContext request) {
    boolean asText = wantsText(request);
    reply.read(
        request,
        views::status,
        status -> {
          if (asText) {
            Answers.text(request, StatusText.of(status, clock.instant(), isAll(request)));
          } else {
            Answers.ok(request, status);
          }
        });
  }

  private static boolean isAll(RoutingContext request) {
    return Boolean.parseBoolean(request.request().getParam("all"));
  }

  /**
   * Streams events, from the one after the last that the client has seen, until the connection
   * ends.
   */
  void events(RoutingContext request) {
    if (request.request().method().equals(HttpMethod.HEAD)) {
      begin(request).end();
      return;
    }
    held.watch(request, RequestGuard.role(request));
    String last = request.request().getHeader("Last-Event-ID");
    reply.read(
        request,
        () -> {
          long newest = feed.log().newest();
          return last == null ? newest : Math.min(newest, Long.parseLong(last));
        },
        from -> watch(request, from));
  }

  private void watch(RoutingContext request, long from) {
    begin(request).setChunked(true).setWriteQueueMaxSize(HttpLimits.MOST_UNSENT);
    request.response().write("retry: 1000\n\n");
    Watcher watcher = new Watcher(request.response(), request.vertx().getOrCreateContext(), from);
    request.addEndHandler(over -> feed.remove(watcher));
    feed.add(watcher);
  }

  private static HttpServerResponse begin(RoutingContext request) {
    return request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
  }

  void health(RoutingContext request) {
    Answers.text(request, "ok\n");
  }

  /** Ready; while the coordinator starts or stops, {@link HttpListener} answers instead. */
  void readiness(RoutingContext request) {
    mayDecide.run();
    Answers.text(request, "ready\n");
  }

  void contract(RoutingContext request) {
    request.response().putHeader(HttpHeaders.CONTENT_TYPE, YAML).end(contract.text());
  }

  /**
   * Whether the client wants the table: a client that states a type gets it; curl, which states
   * none, gets the table.
   */
  private static boolean wantsText(RoutingContext request) {
    String accept = request.request().getHeader(HttpHeaders.ACCEPT);
    boolean statesNone = accept == null || accept.isBlank() || accept.strip().equals("*/*");
    if (statesNone) {
      String agent = request.request().getHeader(HttpHeaders.USER_AGENT);
      return agent != null && agent.startsWith("curl/");
    }
    return List.of(accept.split(",")).stream()
        .map(type -> type.split(";")[0].strip())
        .filter(type -> type.equals(TEXT) || type.equals(JSON))
        .findFirst()
        .filter(TEXT::equals)
        .isPresent();
  }
}
