package baton.coordinator.http;

import static baton.coordinator.http.Role.ADMIN;
import static baton.coordinator.http.Role.VIEWER;
import static baton.coordinator.http.Role.WORKER;

import baton.coordinator.lease.JobStore;
import baton.coordinator.relay.Broker;
import baton.coordinator.relay.Relay;
import baton.coordinator.relay.UrlBroker;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All paths at which a coordinator answers. */
public final class Routes {
  /** Enough for a submission that names a thousand files, and for a commit with its manifest. */
  static final int LONGEST_BODY = 1 << 20;

  private static final int LONGEST_ASK = 32 << 10;
  private static final int LONGEST_RENEWAL = 16 << 10;

  /** Enough for a hundred paths and digests. */
  private static final int LONGEST_URLS = 128 << 10;

  private static final int LONGEST_RELEASE = 64 << 10;
  private static final int LONGEST_RESUME = 4 << 10;

  /** After these problems the body is not worth reading. */
  private static final Set<ProblemType> UNREAD =
      EnumSet.of(ProblemType.TOO_BUSY, ProblemType.WRONG_TOKEN);

  /** The key under which a request stores the limit of its body. */
  private static final String BODY_LIMIT = "baton.body-limit";

  private final Contract contract;
  private final RequestGuard gate;
  private final InFlight inFlight;
  private final Bounds bounds;
  private final List<Route> all;

  /**
   * A path and its handler; without a role it answers everyone.
   *
   * @param longestBody in bytes
   */
  record Route(
      HttpMethod method,
      String path,
      Optional<Role> role,
      int longestBody,
      Handler<RoutingContext> handler) {}

  /**
   * The parts that the handlers need.
   *
   * @param io runs work that may block
   * @param ticker a monotonic clock
   * @param mayDecide throws {@link baton.coordinator.lease.CutOff} while this coordinator is cut
   *     off
   */
  public record Parts(
      Relay relay,
      JobStore jobs,
      Broker broker,
      UrlBroker urls,
      Tokens tokens,
      Executor io,
      Clock clock,
      Supplier<Duration> ticker,
      Runnable mayDecide,
      EventFeed feed) {}

  private Routes(Contract contract, InFlight inFlight, Bounds bounds, Parts parts) {
    this.contract = contract;
    this.gate = new RequestGuard(parts.tokens());
    this.inFlight = inFlight;
    this.bounds = bounds;
    Reply reply = new Reply(parts.io());
    Views views = new Views(parts.jobs(), parts.relay(), parts.broker(), parts.clock());
    this.all =
        list(
            new JobRequests(parts.relay(), parts.jobs(), views, reply),
            new LeaseRequests(
                parts.relay(),
                parts.jobs(),
                parts.broker(),
                parts.urls(),
                parts.ticker(),
                bounds.held(),
                reply),
            new UrlRequests(parts.jobs(), parts.urls(), parts.mayDecide(), reply),
            new WatchRequests(
                contract,
                views,
                parts.clock(),
                parts.mayDecide(),
                parts.feed(),
                bounds.held(),
                reply));
  }

  private static List<Route> list(
      JobRequests jobs, LeaseRequests leases, UrlRequests urls, WatchRequests watch) {
    return List.of(
        post("/v1/jobs", ADMIN, LONGEST_BODY, jobs::submit),
        get("/v1/jobs", VIEWER, jobs::list),
        get("/v1/jobs/{job}", VIEWER, jobs::read),
        get("/v1/jobs/{job}/segments", VIEWER, jobs::segments),
        get("/v1/jobs/{job}/checkpoints", VIEWER, jobs::checkpoints),
        get("/v1/jobs/{job}/metrics", VIEWER, jobs::metrics),
        post("/v1/jobs/{job}/pause", ADMIN, 0, jobs::pause),
        post("/v1/jobs/{job}/resume", ADMIN, LONGEST_RESUME, jobs::resume),
        post("/v1/jobs/{job}/cancel", ADMIN, 0, jobs::cancel),
        post("/v1/leases", WORKER, LONGEST_ASK, leases::acquire),
        post("/v1/jobs/{job}/leases/{fence}/renew", WORKER, LONGEST_RENEWAL, leases::renew),
        post("/v1/jobs/{job}/leases/{fence}/urls", WORKER, LONGEST_URLS, urls::lend),
        post("/v1/jobs/{job}/leases/{fence}/commits", WORKER, LONGEST_BODY, leases::commit),
        post("/v1/jobs/{job}/leases/{fence}/release", WORKER, LONGEST_RELEASE, leases::release),
        get("/v1/status", VIEWER, watch::status),
        get("/v1/events", VIEWER, watch::events),
        get("/openapi.yaml", VIEWER, watch::contract),
        open("/healthz", watch::health),
        open("/readyz", watch::readiness));
  }

  /** A router of all routes; each request passes {@link RequestGuard} first. */
  public static Router router(Vertx vertx, InFlight inFlight, Bounds bounds, Parts parts) {
    return new Routes(Contract.load(), inFlight, bounds, parts).router(vertx);
  }

  static List<Route> all(Parts parts) {
    return new Routes(Contract.load(), new InFlight(), Bounds.of(List.of(), parts.ticker()), parts)
        .all;
  }

  private Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(inFlight::enter).handler(bounds.connections()::admit);
    for (Route route : all) {
      Operation operation = contract.operation(route.method().name(), route.path());
      io.vertx.ext.web.Route added =
          router.route(route.method(), route.path().replaceAll("\\{(\\w+)}", ":$1"));
      if (route.method().equals(HttpMethod.GET)) {
        added.method(HttpMethod.HEAD);
      }
      route.role().ifPresent(role -> added.handler(admitting(role, route.longestBody())));
      if (operation.body().isPresent()) {
        added.handler(BodyHandler.create(false).setBodyLimit(route.longestBody()));
      }
      added.handler(request -> gate.hold(request, operation)).handler(route.handler());
    }
    router.route().failureHandler(this::fail);
    router.errorHandler(404, this::unknownPath);
    router.errorHandler(405, this::wrongMethod);
    router.errorHandler(400, request -> Problems.answer(request.response(), malformed()));
    return router;
  }

  /** A security policy handler, since these run before the body is read. */
  private SecurityPolicyHandler admitting(Role role, int longestBody) {
    return request -> {
      gate.admit(request, role);
      bounds.connections().prove(request.request());
      bounds.bodies().admit(request, longestBody);
      request.put(BODY_LIMIT, longestBody);
      request.next();
    };
  }

  private void fail(RoutingContext request) {
    Throwable failure = request.failure();
    if (failure instanceof ProblemRaised raised && UNREAD.contains(raised.type())) {
      bounds.connections().closeAfterAnswer(request.request());
    }
    if (request.statusCode() == 413) {
      bounds.connections().closeAfterAnswer(request.request());
      Problems.answer(
          request.response(),
          new ProblemRaised(
              ProblemType.BODY_TOO_LARGE,
              "A body has at most %d bytes. Send less."
                  .formatted(request.<Integer>get(BODY_LIMIT))));
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
            .flatMap(Routes::methods)
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

  private static Stream<String> methods(Route route) {
    String name = route.method().name();
    return route.method().equals(HttpMethod.GET) ? Stream.of(name, "HEAD") : Stream.of(name);
  }

  private static ProblemRaised malformed() {
    return Framing.malformed("This is not a request as HTTP/1.1 has it.");
  }

  private static Route get(String path, Role role, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.GET, path, Optional.of(role), 0, handler);
  }

  private static Route post(
      String path, Role role, int longestBody, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.POST, path, Optional.of(role), longestBody, handler);
  }

  private static Route open(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.GET, path, Optional.empty(), 0, handler);
  }
}
