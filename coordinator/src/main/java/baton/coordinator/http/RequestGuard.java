package baton.coordinator.http;

import baton.protocol.Json;
import baton.protocol.ProblemType;
import baton.protocol.message.CommitRequest;
import baton.protocol.message.RenewRequest;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Checks every request before it is handled: first its token, then the contract. */
final class RequestGuard {
  private static final String BEARER = "Bearer ";
  private static final String JSON = "application/json";

  /** The key under which a request stores the role of its token. */
  private static final String ROLE = "baton.role";

  /** The key under which a request stores its operation in the contract. */
  private static final String OPERATION = "baton.operation";

  /** The most frequent messages, which themselves check the contract's bounds. */
  static final Set<Class<?>> EXACT = Set.of(CommitRequest.class, RenewRequest.class);

  private final Tokens tokens;

  RequestGuard(Tokens tokens) {
    this.tokens = tokens;
  }

  /** Requires a token that permits the role; called before the body is read. */
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

  /** The role of the request's token. */
  static Role role(RoutingContext request) {
    return request.get(ROLE);
  }

  /** Passes on a request that conforms to the contract. */
  void hold(RoutingContext request, Operation operation) {
    operation.checkParameters(
        request.pathParams(), request.queryParams(), request.request().headers());
    if (operation.body().isPresent() && !(operation.mayLackBody() && hasNone(request))) {
      requireJson(request);
    }
    request.put(OPERATION, operation);
    request.next();
  }

  /**
   * The body as a message. If the message itself checks the contract's bounds, the schema is used
   * only to word a refusal; otherwise it is checked first, and a later failure is about a
   * combination of fields.
   */
  static <T> T read(RoutingContext request, Class<T> type) {
    Buffer body = request.body().buffer();
    Operation operation = request.get(OPERATION);
    boolean isExact = EXACT.contains(type) && body != null;
    if (!isExact) {
      operation.checkBody(body);
    }
    try {
      return isExact
          ? exactly(body.getBytes(), type)
          : Json.readerFor(type).readValue(body.getBytes());
    } catch (JsonMappingException e) {
      operation.checkBody(body);
      throw new ProblemRaised(
          ProblemType.INVALID_REQUEST,
          "The body cannot be: %s. Compare it with /openapi.yaml.".formatted(Json.explain(e)));
    } catch (IOException e) {
      operation.checkBody(body);
      throw Operation.malformed();
    }
  }

  /** Reads a message that itself checks the contract's bounds; the body must not contain a null. */
  static <T> T exactly(byte[] body, Class<T> type) throws IOException {
    ObjectReader reader = Json.readerFor(type);
    try (JsonParser parser = new NoNulls(reader.createParser(body))) {
      return reader.readValue(parser);
    }
  }

  /** Refuses nulls: the contract has none, since an absent field is left out. */
  private static final class NoNulls extends JsonParserDelegate {
    NoNulls(JsonParser parser) {
      super(parser);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      JsonToken next = super.nextToken();
      if (next == JsonToken.VALUE_NULL) {
        throw new JsonParseException(this, "a field is null");
      }
      return next;
    }
  }

  /** The body as a message; empty: the request has no body. */
  static <T> Optional<T> readIfAny(RoutingContext request, Class<T> type) {
    return hasNone(request) ? Optional.empty() : Optional.of(read(request, type));
  }

  private static boolean hasNone(RoutingContext request) {
    Buffer body = request.body().buffer();
    return body == null || body.length() == 0;
  }

  /** A value made from a message; if it is invalid, the exception's message is the answer. */
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
