package baton.protocol.client;

import baton.protocol.Checkpoint;
import baton.protocol.IoReason;
import baton.protocol.Json;
import baton.protocol.message.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests with a token and a time limit, with JSON in both directions.
 *
 * <p>With several coordinators, a request that one of them cannot answer goes to the next, at most
 * once to each; every request may be sent twice (R8).
 */
final class Exchange {
  static final String JSON = "application/json";

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** The connect timeout if there is another coordinator to try. */
  private static final Duration CLUSTER_CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

  private final HttpClient client;
  private final Addresses addresses;
  private final String token;

  Exchange(Addresses addresses, String token) {
    if (!CoordinatorClient.isToken(token)) {
      // The JDK's own refusal of such a header would repeat the token.
      throw new IllegalArgumentException("The token holds a character that no token has.");
    }
    this.addresses = addresses;
    this.token = token;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(addresses.count() > 1 ? CLUSTER_CONNECT_TIMEOUT : TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** A request under construction. */
  static final class Request {
    private final String path;
    private final Duration timeout;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private String method = "GET";
    private boolean repeatable = true;
    private HttpRequest.BodyPublisher body = BodyPublishers.noBody();

    private Request(String path, Duration timeout) {
      this.path = path;
      this.timeout = timeout;
    }

    Request header(String name, String value) {
      headers.put(name, value);
      return this;
    }

    /** Not idempotent: it is retried only if no coordinator can have received it. */
    Request notIdempotent() {
      repeatable = false;
      return this;
    }

    private HttpRequest to(URI coordinator) {
      HttpRequest.Builder builder = HttpRequest.newBuilder(coordinator.resolve(path));
      headers.forEach(builder::setHeader);
      return builder.method(method, body).build();
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
    return request(path, TIMEOUT);
  }

  Request post(String path, Duration timeout) {
    Request request = request(path, timeout);
    request.method = "POST";
    return request;
  }

  /** A request by the holder of a lease. */
  Request post(String path, Duration timeout, Held lease) {
    return post(path, timeout).header("Baton-Lease-Secret", lease.secret());
  }

  private Request request(String path, Duration timeout) {
    return new Request(path, timeout).accept(JSON).header("Authorization", "Bearer " + token);
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
    for (int left = addresses.count(); ; left--) {
      URI coordinator = addresses.current();
      try {
        HttpResponse<String> answer = await(request, coordinator);
        if (answer.statusCode() < 300) {
          return answer;
        }
        ProblemException problem = problem(answer);
        if (problem.status() < 500) {
          throw problem;
        }
        addresses.failOver(coordinator); // it is cut off, or failed internally
        if (left == 1 || !(request.repeatable || problem.status() == 503)) {
          throw problem;
        }
      } catch (UnreachableException e) {
        addresses.failOver(coordinator);
        if (left == 1 || !(request.repeatable || e.getCause() instanceof ConnectException)) {
          throw e;
        }
      }
    }
  }

  /**
   * The time limit holds for the whole response: a body may stall after the headers have arrived.
   */
  private HttpResponse<String> await(Request request, URI coordinator)
      throws UnreachableException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request.to(coordinator), BodyHandlers.ofString(StandardCharsets.UTF_8));
    long begun = System.nanoTime();
    try {
      while (true) {
        Duration waited = Duration.ofNanos(System.nanoTime() - begun);
        try {
          Duration left = request.timeout.minus(waited);
          Duration poll = left.compareTo(POLL_INTERVAL) < 0 ? left : POLL_INTERVAL;
          return answer.get(Math.max(1, poll.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          boolean givesUp = waited.compareTo(TIMEOUT) > 0 && othersFailedOver(coordinator);
          if (givesUp || waited.compareTo(request.timeout) >= 0) {
            throw unreachable(coordinator, "did not answer in time", e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw unreachable(
          coordinator, "cannot be reached (%s)".formatted(IoReason.of(e.getCause())), e.getCause());
    } finally {
      answer.cancel(true); // no effect unless the wait was given up: then it closes the connection
    }
  }

  /** A long request need not wait for a coordinator that other requests have failed over from. */
  private boolean othersFailedOver(URI coordinator) {
    return !addresses.current().equals(coordinator);
  }

  <T> T parse(HttpResponse<String> answer, Class<T> type) throws UnreachableException {
    try {
      return reader(type).readValue(answer.body());
    } catch (JsonProcessingException e) {
      throw notBaton(answer, e);
    }
  }

  /** Only a hint, so one that cannot be parsed is ignored. */
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

  /** Ignores unknown fields, which a newer coordinator may send. */
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

  /** For example a proxy's error page: the coordinator itself has not answered. */
  private UnreachableException notBaton(HttpResponse<String> answer, IOException cause) {
    return unreachable(
        answer.uri(),
        "answered %d with something that is not Baton's; see what else listens there or stands between"
            .formatted(answer.statusCode()),
        cause);
  }

  private static UnreachableException unreachable(URI at, String what, Throwable cause) {
    return new UnreachableException(
        "The coordinator at %s://%s %s.".formatted(at.getScheme(), at.getAuthority(), what), cause);
  }
}
