package baton.coordinator.http;

import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Writes successful answers. */
final class Answers {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private Answers() {}

  static Buffer json(Object message) {
    try {
      return Buffer.buffer(Json.writer().writeValueAsBytes(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message is always JSON: " + Json.explain(e), e);
    }
  }

  static void ok(RoutingContext request, Object message) {
    send(request, 200, message);
  }

  static void created(RoutingContext request, Object message) {
    send(request, 201, message);
  }

  static void nothing(RoutingContext request) {
    request.response().setStatusCode(204).end();
  }

  static void text(RoutingContext request, String text) {
    request.response().putHeader(HttpHeaders.CONTENT_TYPE, TEXT).end(text);
  }

  private static void send(RoutingContext request, int status, Object message) {
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
        .end(json(message));
  }

  /** The text as a header may hold it: printable ASCII, of limited length. */
  static String headerSafe(String text, int longest) {
    String safe = text.replaceAll("[^ -~]+", "?").strip();
    return safe.length() <= longest ? safe : safe.substring(0, longest);
  }
}
