package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * The coordinator's HTTP listener. Before it is opened and while it drains, it answers by itself
 * that the process is alive but not ready.
 */
public final class HttpListener implements AutoCloseable {
  /** Longer than the client's timeout for a commit, during which files are read. */
  private static final int IDLE_SECONDS = 360;

  private static final long BETWEEN_LOOKS_MILLIS = 250;
  private static final Duration A_MOMENT = Duration.ofMillis(10);

  private final InFlight inFlight = new InFlight();
  private final String host;
  private final HttpServer server;
  private final Bounds bounds;
  private volatile Handler<HttpServerRequest> routes = HttpListener::notReady;

  private HttpListener(Vertx vertx, String host, int port, Bounds bounds) {
    this.host = host;
    this.bounds = bounds;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(HttpLimits.LONGEST_INITIAL_LINE)
                .setMaxHeaderSize(HttpLimits.LONGEST_HEADER));
    server.connectionHandler(bounds.connections()::enter);
    server.invalidRequestHandler(
        request -> Problems.answer(request.response(), Framing.unreadable(request)));
    server.requestHandler(this::handle);
    vertx.setPeriodic(BETWEEN_LOOKS_MILLIS, tick -> bounds.connections().look());
  }

  private void handle(HttpServerRequest request) {
    Optional<ProblemRaised> breach = Framing.breach(request);
    if (breach.isPresent()) {
      bounds.connections().closeAfterAnswer(request);
      Problems.answer(request.response(), breach.get());
    } else {
      routes.handle(request);
    }
  }

  /**
   * Starts to listen; it is not ready yet.
   *
   * @param port 0 for any free port
   * @throws CannotListen if the port is in use, or the address does not belong to this machine
   */
  public static HttpListener listen(Vertx vertx, String host, int port, Bounds bounds) {
    HttpListener front = new HttpListener(vertx, host, port, bounds);
    try {
      front.server.listen().toCompletionStage().toCompletableFuture().join();
      return front;
    } catch (CompletionException e) {
      throw new CannotListen(host, port, e.getCause());
    }
  }

  /** Listening at the address failed; the message says why, and what to do. */
  public static final class CannotListen extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotListen(String host, int port, Throwable cause) {
      super(
          cause instanceof BindException
              ? "Port %d of %s is in use, or not this machine's. Stop what listens there, or choose another with --port."
                  .formatted(port, host)
              : "Cannot listen at port %d of %s: %s.".formatted(port, host, cause.getMessage()),
          cause);
    }
  }

  /** Where it listens, with the port it was given. */
  public URI address() {
    String literal = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://%s:%d".formatted(literal, server.actualPort()));
  }

  public InFlight inFlight() {
    return inFlight;
  }

  public Bounds bounds() {
    return bounds;
  }

  /** From now on {@code handler} answers requests: it is ready. */
  public void open(Handler<HttpServerRequest> handler) {
    routes = handler;
  }

  /** From now on it is not ready; requests that have arrived are still answered. */
  public void stopServing() {
    routes = HttpListener::notReady;
  }

  /** Returns once every request that has arrived is answered, or the time is up. */
  public void awaitAnswers(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    while (!inFlight.isEmpty() && System.nanoTime() < end) {
      LockSupport.parkNanos(A_MOMENT.toNanos());
    }
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }

  private static void notReady(HttpServerRequest request) {
    if (request.path().equals("/healthz")) {
      request.response().putHeader("Content-Type", "text/plain; charset=utf-8").end("ok\n");
      return;
    }
    Problems.answer(
        request.response(),
        new ProblemRaised(
            ProblemType.NOT_READY, "The coordinator is starting or stopping. Ask again soon."));
  }
}
