package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;

/** Limits the bytes of all request bodies in memory, counted before they are read. */
final class BodyBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  BodyBudget(long most) {
    this.most = most;
  }

  /**
   * Reserves the largest size that the request's body may have, until it is answered.
   *
   * @param longest what the route allows; more is not read
   */
  void admit(RoutingContext request, int longest) {
    long bytes = Math.min(longest, announced(request.request(), longest));
    if (taken.addAndGet(bytes) > most) {
      taken.addAndGet(-bytes);
      throw new ProblemRaised(
          ProblemType.TOO_BUSY,
          "The coordinator holds as many bodies as it can. Send this one again in a moment.");
    }
    request.addEndHandler(over -> taken.addAndGet(-bytes));
  }

  private static long announced(HttpServerRequest request, int longest) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? longest : 0;
    }
    return Long.parseLong(length); // Netty has read it already
  }
}
