package baton.coordinator.http;

import static baton.coordinator.http.Role.ADMIN;
import static baton.coordinator.http.Role.VIEWER;
import static baton.coordinator.http.Role.WORKER;

import baton.coordinator.lease.JobStore;
import baton.coordinator.relay.Broker;
import baton.coordinator.relay.Relay;
import baton.protocol.ProblemType;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Every path a coordinator answers at. */
public final class Routes {
  static final int LONGEST_BODY = 1 << 20;

  private final Contract contract;
  private final Gate gate;
  private final InFlight inFlight;
  private final List<Route> all;

  /** What answers at a path; without a role it answers everyone. */
  record Route(
      HttpMethod method, String path, Optional<Role> role, Handler<RoutingContext> handler) {}

  /**
   * What the handlers are made of.
   *
   * @param io where they may block
   * @param ticker a monotonic clock
   * @param mayDecide throws {@link baton.coordinator.lease.CutOff} while this coordinator is cut
   *     off
   */
  public record Parts(
      Relay relay,
      JobStore jobs,
      Broker broker,
      Tokens tokens,
      Executor io,
      Clock clock,
      Supplier<Duration> ticker,
      Runnable mayDecide,
      EventFeed feed) {
    /** Of a coordinator that is never cut off, and that nobody watches. */
    Parts(
        Relay relay,
        JobStore jobs,
        Broker broker,
        Tokens tokens,
        Executor io,
        Clock clock,
        Supplier<Duration> ticker) {
      this(relay, jobs, broker, tokens, io, clock, ticker, () -> {}, null);
    }
  }

  private Routes(Contract contract, InFlight inFlight, Parts parts) {
    this.contract = contract;
    this.gate = new Gate(parts.tokens());
    this.inFlight = inFlight;
    Reply reply = new Reply(parts.io());
    Views views = new Views(parts.jobs(), parts.relay(), parts.broker(), parts.clock());
    this.all =
        list(
            new JobRequests(parts.relay(), parts.jobs(), views, reply),
            new LeaseRequests(parts.relay(), parts.jobs(), parts.broker(), parts.ticker(), reply),
            new WatchRequests(
                contract, views, parts.clock(), parts.mayDecide(), parts.feed(), reply));
  }

  private static List<Route> list(JobRequests jobs, LeaseRequests leases, WatchRequests watch) {
    return List.of(
        post("/v1/jobs", ADMIN, jobs::submit),
        get("/v1/jobs", VIEWER, jobs::list),
        get("/v1/jobs/{job}", VIEWER, jobs::read),
        get("/v1/jobs/{job}/segments", VIEWER, jobs::segments),
        get("/v1/jobs/{job}/checkpoints", VIEWER, jobs::checkpoints),
        get("/v1/jobs/{job}/metrics", VIEWER, jobs::metrics),
        post("/v1/jobs/{job}/pause", ADMIN, jobs::pause),
        post("/v1/jobs/{job}/resume", ADMIN, jobs::resume),
        post("/v1/jobs/{job}/cancel", ADMIN, jobs::cancel),
        post("/v1/leases", WORKER, leases::acquire),
        post("/v1/jobs/{job}/leases/{fence}/renew", WORKER, leases::renew),
        post("/v1/jobs/{job}/leases/{fence}/commits", WORKER, leases::commit),
        post("/v1/jobs/{job}/leases/{fence}/release", WORKER, leases::release),
        get("/v1/status", VIEWER, watch::status),
        get("/v1/events", VIEWER, watch::events),
        get("/openapi.yaml", VIEWER, watch::contract),
        open("/healthz", watch::health),
        open("/readyz", watch::readiness));
  }

  /** A router of all routes; each request passes the gate first. */
  public static Router router(Vertx vertx, InFlight inFlight, Parts parts) {
    return new Routes(Contract.load(), inFlight, parts).router(vertx);
  }

  static List<Route> all(Parts parts) {
    return new Routes(Contract.load(), new InFlight(), parts).all;
  }

  private Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(inFlight::enter);
    BodyHandler body = BodyHandler.create(false).setBodyLimit(LONGEST_BODY);
    for (Route route : all) {
      Operation operation = contract.operation(route.method().name(), route.path());
      io.vertx.ext.web.Route added =
          router.route(route.method(), route.path().replaceAll("\\{(\\w+)}", ":$1"));
      route.role().ifPresent(role -> added.handler(admitting(role)));
      if (operation.body().isPresent()) {
        added.handler(body);
      }
      added.handler(request -> gate.hold(request, operation)).handler(route.handler());
    }
    router.route().failureHandler(this::fail);
    router.errorHandler(404, this::unknownPath);
    router.errorHandler(405, this::wrongMethod);
    router.errorHandler(400, request -> Problems.answer(request.response(), malformed()));
    return router;
  }

  /** Declared a security policy, since that comes before the body is read. */
  private SecurityPolicyHandler admitting(Role role) {
    return request -> gate.admit(request, role);
  }

  private void fail(RoutingContext request) {
    Throwable failure = request.failure();
    if (request.statusCode() == 413) {
      Problems.answer(
          request.response(),
          new ProblemRaised(
              ProblemType.BODY_TOO_LARGE,
              "A body has at most %d bytes. Send less.".formatted(LONGEST_BODY)));
    } else if (request.statusCode() >= 400 && request.statusCode() < 500) {
      Problems.answer(request.response(), malformed());
    } else {
      Problems.answer(
          request.response(),
          failure == null ? new IllegalStateException("failed without a cause") : failure);
    }
  }

  private void unknownPath(RoutingContext request) {
    Problems.answer(
        request.response(),
        new ProblemRaised(
            ProblemType.UNKNOWN_PATH, "There is nothing at this path. See /openapi.yaml."));
  }

  private void wrongMethod(RoutingContext request) {
    String allowed =
        all.stream()
            .filter(route -> matches(route.path(), request.normalizedPath()))
            .map(route -> route.method().name())
            .collect(Collectors.joining(", "));
    request.response().putHeader("Allow", allowed);
    Problems.answer(
        request.response(),
        new ProblemRaised(
            ProblemType.WRONG_METHOD,
            "This path does not know %s, only %s.".formatted(request.request().method(), allowed)));
  }

  private static boolean matches(String template, String path) {
    return path.matches(template.replaceAll("\\{\\w+}", "[^/]+").replace(".", "\\."));
  }

  private static ProblemRaised malformed() {
    return new ProblemRaised(
        ProblemType.MALFORMED_REQUEST, "This is not a request as HTTP/1.1 has it.");
  }

  private static Route get(String path, Role role, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.GET, path, Optional.of(role), handler);
  }

  private static Route post(String path, Role role, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.POST, path, Optional.of(role), handler);
  }

  private static Route open(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.GET, path, Optional.empty(), handler);
  }
}
