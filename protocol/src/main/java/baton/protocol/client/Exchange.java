package baton.protocol.client;

import baton.protocol.Checkpoint;
import baton.protocol.Json;
import baton.protocol.message.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request and its answer, with a token, a time limit, and JSON on both ways. */
final class Exchange {
  static final String JSON = "application/json";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private final URI coordinator;
  private final String token;

  Exchange(URI coordinator, String token) {
    if (coordinator.getHost() == null || !("" + coordinator.getScheme()).startsWith("http")) {
      throw new IllegalArgumentException(
          "A coordinator is named like http://127.0.0.1:8642, not " + coordinator);
    }
    if (!CoordinatorClient.isToken(token)) {
      // The JDK's own refusal of such a header would repeat the token.
      throw new IllegalArgumentException("The token holds a character that no token has.");
    }
    this.coordinator = coordinator;
    this.token = token;
  }

  /** A request in the making. */
  static final class Request {
    private final HttpRequest.Builder builder;
    private final Duration patience;
    private String method = "GET";
    private HttpRequest.BodyPublisher body = BodyPublishers.noBody();

    private Request(URI uri, Duration patience) {
      this.builder = HttpRequest.newBuilder(uri);
      this.patience = patience;
    }

    Request header(String name, String value) {
      builder.setHeader(name, value);
      return this;
    }

    Request accept(String type) {
      return header("Accept", type);
    }

    Request body(Object message) {
      try {
        body = BodyPublishers.ofString(Json.writer().writeValueAsString(message));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("a message is always JSON: " + Json.explain(e), e);
      }
      return header("Content-Type", JSON);
    }
  }

  Request get(String path) {
    return request(path, PATIENCE);
  }

  Request post(String path, Duration patience) {
    Request request = request(path, patience);
    request.method = "POST";
    return request;
  }

  /** A request of a lease's holder. */
  Request post(String path, Duration patience, Held lease) {
    return post(path, patience).header("Baton-Lease-Secret", lease.secret());
  }

  private Request request(String path, Duration patience) {
    return new Request(coordinator.resolve(path), patience)
        .accept(JSON)
        .header("Authorization", "Bearer " + token);
  }

  <T> T read(Request request, Class<T> type)
      throws ProblemException, UnreachableException, InterruptedException {
    return parse(send(request), type);
  }

  <T> List<T> list(String path, Class<T> type)
      throws ProblemException, UnreachableException, InterruptedException {
    HttpResponse<String> answer = send(get(path));
    try (MappingIterator<T> elements = reader(type).readValues(answer.body())) {
      return List.copyOf(elements.readAll());
    } catch (IOException e) {
      throw notBaton(answer, e);
    }
  }

  HttpResponse<String> send(Request request)
      throws ProblemException, UnreachableException, InterruptedException {
    HttpResponse<String> answer = await(request);
    if (answer.statusCode() >= 300) {
      throw problem(answer);
    }
    return answer;
  }

  /** The time limit is for the whole answer: a body may stall after its head has come. */
  private HttpResponse<String> await(Request request)
      throws UnreachableException, InterruptedException {
    HttpRequest http = request.builder.method(request.method, request.body).build();
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(http, BodyHandlers.ofString(StandardCharsets.UTF_8));
    try {
      return answer.get(request.patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw unreachable("did not answer in time", e);
    } catch (ExecutionException e) {
      throw unreachable("cannot be reached (%s)".formatted(reason(e.getCause())), e.getCause());
    } finally {
      answer.cancel(true); // of use only if it is given up: the coordinator sees it closed
    }
  }

  <T> T parse(HttpResponse<String> answer, Class<T> type) throws UnreachableException {
    try {
      return reader(type).readValue(answer.body());
    } catch (JsonProcessingException e) {
      throw notBaton(answer, e);
    }
  }

  /** A hint: one that cannot be read is none. */
  Optional<Checkpoint> standby(HttpResponse<String> answer) {
    return answer
        .headers()
        .firstValue("Baton-Standby")
        .flatMap(
            json -> {
              try {
                return Optional.of(reader(Checkpoint.class).readValue(json));
              } catch (JsonProcessingException e) {
                return Optional.empty();
              }
            });
  }

  /** Of a newer coordinator's answer it reads what it knows. */
  private static ObjectReader reader(Class<?> type) {
    return Json.readerFor(type).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private ProblemException problem(HttpResponse<String> answer) throws UnreachableException {
    Optional<Duration> retryAfter =
        answer
            .headers()
            .firstValue("Retry-After")
            .filter(seconds -> seconds.matches("[0-9]{1,6}"))
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    return new ProblemException(parse(answer, Problem.class), retryAfter);
  }

  /** A proxy's error page, say: the coordinator itself has not answered. */
  private UnreachableException notBaton(HttpResponse<String> answer, IOException cause) {
    return unreachable(
        "answered %d with something that is not Baton's; see what else listens there or stands between"
            .formatted(answer.statusCode()),
        cause);
  }

  private UnreachableException unreachable(String what, Throwable cause) {
    return new UnreachableException(
        "The coordinator at %s %s.".formatted(coordinator, what), cause);
  }

  private static String reason(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
