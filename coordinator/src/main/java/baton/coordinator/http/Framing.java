package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * Checks that the beginning and end of a request, and its recipient, are unambiguous: a proxy in
 * between might read it in another way (RFC 9112, sections 6.1 and 11.2).
 */
final class Framing {
  private static final List<CharSequence> ONCE =
      List.of(HttpHeaders.HOST, HttpHeaders.AUTHORIZATION, LeaseRequests.SECRET);

  private Framing() {}

  /** What is wrong with the head of a request that Netty could parse. */
  static Optional<ProblemRaised> breach(HttpServerRequest request) {
    MultiMap headers = request.headers();
    for (CharSequence name : ONCE) {
      if (headers.getAll(name).size() > 1) {
        return Optional.of(
            malformed("The header %s is given more than once. Give it once.".formatted(name)));
      }
    }
    List<String> codings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.size() > 1 || codings.stream().anyMatch(c -> !c.equalsIgnoreCase("chunked"))) {
      return Optional.of(
          malformed("No Transfer-Encoding is known here but chunked. Send the body as it is."));
    }
    return Optional.empty();
  }

  /** Why Netty could not parse a request. */
  static ProblemRaised unreadable(HttpServerRequest request) {
    Throwable why = request.decoderResult().cause();
    if (why instanceof TooLongHttpLineException) {
      return tooLarge("first line", HttpLimits.LONGEST_INITIAL_LINE);
    }
    if (why instanceof TooLongHttpHeaderException) {
      return tooLarge("header", HttpLimits.LONGEST_HEADER);
    }
    return malformed("This is not a request as HTTP/1.1 has it.");
  }

  static ProblemRaised malformed(String detail) {
    return new ProblemRaised(ProblemType.MALFORMED_REQUEST, detail);
  }

  private static ProblemRaised tooLarge(String part, int most) {
    return new ProblemRaised(
        ProblemType.HEADER_TOO_LARGE,
        "The %s of a request has at most %d bytes. Send less.".formatted(part, most));
  }
}
