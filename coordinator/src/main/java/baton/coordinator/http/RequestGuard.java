package baton.coordinator.http;

import baton.protocol.Json;
import baton.protocol.ProblemType;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** What every request passes before it is handled: its token, then the contract. */
final class RequestGuard {
  private static final String BEARER = "Bearer ";
  private static final String JSON = "application/json";

  /** Under which a request keeps whose token it bore. */
  private static final String ROLE = "baton.role";

  private final Tokens tokens;

  RequestGuard(Tokens tokens) {
    this.tokens = tokens;
  }

  /** Requires a token that permits the role; comes before the body is read. */
  void admit(RoutingContext request, Role needed) {
    String header = request.request().getHeader(HttpHeaders.AUTHORIZATION);
    boolean isBearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    Role role =
        Optional.ofNullable(isBearer ? header.substring(BEARER.length()).strip() : null)
            .flatMap(tokens::roleOf)
            .orElseThrow(RequestGuard::wrongToken);
    if (!role.permits(needed)) {
      throw new ProblemRaised(
          ProblemType.WRONG_ROLE,
          "This path is for the %s; the token is the %s's. Use the %s's token."
              .formatted(needed.word(), role.word(), needed.word()));
    }
    request.put(ROLE, role);
  }

  /** Whose token the request bore. */
  static Role role(RoutingContext request) {
    return request.get(ROLE);
  }

  /** Lets pass what keeps to the contract. */
  void hold(RoutingContext request, Operation operation) {
    operation.checkParameters(
        request.pathParams(), request.queryParams(), request.request().headers());
    if (operation.body().isPresent() && !(operation.mayLackBody() && hasNone(request))) {
      requireJson(request);
      operation.checkBody(request.body().buffer());
    }
    request.next();
  }

  /** The body as a message; the schema has passed, so what fails here is between the fields. */
  static <T> T read(RoutingContext request, Class<T> type) {
    Buffer body = request.body().buffer();
    try {
      return Json.readerFor(type).readValue(body.getBytes());
    } catch (JsonMappingException e) {
      throw new ProblemRaised(
          ProblemType.INVALID_REQUEST,
          "The body cannot be: %s. Compare it with /openapi.yaml.".formatted(Json.explain(e)));
    } catch (IOException e) {
      throw Operation.malformed();
    }
  }

  /** The body as a message, where a request may come without one. */
  static <T> Optional<T> readIfAny(RoutingContext request, Class<T> type) {
    return hasNone(request) ? Optional.empty() : Optional.of(read(request, type));
  }

  private static boolean hasNone(RoutingContext request) {
    Buffer body = request.body().buffer();
    return body == null || body.length() == 0;
  }

  /** A value made from a message; where it cannot be, its sentence is the answer. */
  static <T> T value(Supplier<T> from) {
    try {
      return from.get();
    } catch (IllegalArgumentException e) {
      throw new ProblemRaised(
          ProblemType.INVALID_REQUEST, "The body cannot be: %s.".formatted(e.getMessage()));
    }
  }

  private static void requireJson(RoutingContext request) {
    String type = request.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String essence = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!essence.equals(JSON)) {
      throw new ProblemRaised(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "The body must be JSON. Send it with Content-Type: application/json.");
    }
  }

  private static ProblemRaised wrongToken() {
    return new ProblemRaised(
        ProblemType.WRONG_TOKEN,
        "Send one of the tokens shown at the coordinator's first start, as Authorization: Bearer"
            + " TOKEN. Lost ones are replaced with: baton coordinator new-tokens.");
  }
}
