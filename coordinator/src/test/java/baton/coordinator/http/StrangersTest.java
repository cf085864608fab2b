package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets at a real listener whose limits are small. */
class StrangersTest {
  /** Long enough for a slow machine to say half a header. */
  private static final Duration SOON = Duration.ofSeconds(2);

  private static final Duration NEVER = Duration.ofHours(1);
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<RoutingContext> held = new LinkedBlockingQueue<>();
  private Bounds bounds;
  private HttpListener front;

  @AfterEach
  void stop() {
    front.close();
    vertx.close();
  }

  private static HttpLimits limits(int all, int strangers, Duration header, Duration body) {
    return new HttpLimits(all, strangers, 2, header, body, header, 1000, 10, 10);
  }

  /** A header X-Token is a token here, and requests for /held are not answered. */
  private void listen(HttpLimits limits, String... proxies) {
    List<Subnet> trusted = List.of(proxies).stream().map(Subnet::parse).toList();
    bounds = new Bounds(limits, trusted, () -> Duration.ofNanos(System.nanoTime()));
    front = HttpListener.listen(vertx, "127.0.0.1", 0, bounds);
    Router router = Router.router(vertx);
    router.route().handler(bounds.connections()::admit);
    router.route("/held").handler(held::add);
    router.route().handler(this::answer);
    router.route().failureHandler(failed -> Problems.answer(failed.response(), failed.failure()));
    front.open(router);
  }

  private void answer(RoutingContext request) {
    if (request.request().getHeader("X-Token") != null) {
      bounds.connections().prove(request.request());
    }
    request.end("here");
  }

  private RawClient client() throws IOException {
    return new RawClient(front.address());
  }

  @Test
  void halfAHeaderIsAnsweredAndClosed() throws Exception {
    listen(limits(10, 10, SOON, NEVER));
    try (RawClient slow = client().say("GET /v1/jobs HTTP/1.1\r\nHost: a\r\nX-")) {
      assertThat(slow.untilClosed()).startsWith("HTTP/1.1 408 ").contains("urn:baton:too-slow");
    }
  }

  @Test
  void halfABodyIsAnsweredAndClosed() throws Exception {
    listen(limits(10, 10, NEVER, SOON));
    try (RawClient slow =
        client().say("POST /held HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")) {
      assertThat(slow.untilClosed()).startsWith("HTTP/1.1 408 ").contains("urn:baton:too-slow");
    }
  }

  @Test
  void silentConnectionsAreClosedBeforeAndAfterARequest() throws Exception {
    listen(limits(10, 10, SOON, NEVER));
    try (RawClient silent = client();
        RawClient idle = client().say(GET + "X-Token: t\r\n\r\n")) {
      assertThat(silent.untilClosed()).isEmpty();
      assertThat(idle.untilClosed()).endsWith("here");
    }
  }

  @Test
  void theOldestStrangerMakesRoomAndNobodyWithAToken() throws Exception {
    listen(limits(10, 2, NEVER, NEVER));
    try (RawClient honest = client().say(GET + "X-Token: t\r\n\r\n")) {
      honest.until("here");
      try (RawClient first = client().say("GET"); // half a header
          RawClient second = client().say("GET");
          RawClient third = client()) {
        assertThat(first.isClosedByTheOther()).isTrue();
        third.say(GET + "\r\n").until("here");
        second.say(" / HTTP/1.1\r\nHost: a\r\n\r\n").until("here");
        honest.say(GET + "\r\n").until("here");
      }
    }
  }

  @Test
  void aStrangerGetsOneAnswerAConnectionHoweverOftenItAsks() throws Exception {
    listen(limits(10, 10, NEVER, NEVER));
    try (RawClient stranger = client().say((GET + "\r\n").repeat(3))) {
      String heard = stranger.untilClosed();
      assertThat(heard).containsIgnoringCase("connection: close").endsWith("here");
      assertThat(heard).containsOnlyOnce("HTTP/1.1 200");
    }
  }

  @Test
  void whoBearsATokenMayAskOnInOneGo() throws Exception {
    listen(limits(10, 10, NEVER, NEVER));
    try (RawClient honest = client().say(GET + "X-Token: t\r\n\r\n" + GET + "\r\n")) {
      assertThat(honest.until("here")).doesNotContainIgnoringCase("connection: close");
      honest.until("here");
    }
  }

  @Test
  void neverMoreConnectionsThanTheMachineHasDescriptorsFor() {
    listen(HttpLimits.within(1_024));

    assertThat(HttpLimits.within(1_024).connections())
        .isEqualTo(1_024 - HttpLimits.DESCRIPTORS_FOR_OTHERS);
    assertThat(HttpLimits.within(1L << 40)).isEqualTo(HttpLimits.DEFAULT);
  }

  @Test
  void nobodyIsAcceptedFasterThanConnectionsAreTakenUp() throws Exception {
    listen(limits(1_000, 1_000, NEVER, NEVER));
    CountDownLatch stalled = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (RawClient first = client().say(GET + "\r\n")) {
      first.until("here"); // shows the listener
    }
    front.open(
        request -> {
          stalled.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          request.response().end("here");
        });
    List<RawClient> many = new ArrayList<>();
    try {
      many.add(client().say(GET + "\r\n"));
      assertThat(stalled.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 4 * AcceptThrottle.MOST_WAITING; i++) {
        many.add(client().say(GET + "\r\n"));
      }
      await().until(() -> bounds.connections().waiting() >= AcceptThrottle.MOST_WAITING);
      assertThat(bounds.connections().waiting()).isLessThan(AcceptThrottle.MOST_WAITING + 20);

      goOn.countDown();

      for (RawClient each : many) {
        each.until("here");
      }
      assertThat(bounds.connections().waiting()).isZero();
    } finally {
      goOn.countDown();
      for (RawClient each : many) {
        each.close();
      }
    }
  }

  @Test
  void withAllPlacesTakenByTokensOneMoreIsClosed() throws Exception {
    listen(limits(2, 2, NEVER, NEVER));
    try (RawClient one = client().say(GET + "X-Token: t\r\n\r\n");
        RawClient two = client().say(GET + "X-Token: t\r\n\r\n")) {
      one.until("here");
      two.until("here");
      try (RawClient three = client()) {
        assertThat(three.isClosedByTheOther()).isTrue();
      }
      one.say(GET + "\r\n").until("here");
    }
  }

  @Test
  void whatIsClosedMakesRoomAgain() throws Exception {
    listen(limits(1, 1, NEVER, NEVER));
    for (int i = 0; i < 5; i++) {
      try (RawClient client = client().say(GET + "X-Token: t\r\nConnection: close\r\n\r\n")) {
        assertThat(client.untilClosed()).endsWith("here");
      }
    }
  }

  @Test
  void aClientBehindATrustedProxyIsTheLastHopThatIsNone() throws Exception {
    listen(limits(20, 20, NEVER, NEVER), "127.0.0.0/8", "10.0.0.0/24");
    String held = "GET /held HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ";
    try (RawClient one = client().say(held + "9.9.9.9, 7.7.7.7, 10.0.0.3\r\n\r\n");
        RawClient two = client().say(held + "7.7.7.7\r\n\r\n")) {
      this.held.poll(20, TimeUnit.SECONDS);
      this.held.poll(20, TimeUnit.SECONDS);
      String head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: ";
      try (RawClient three = client().say(head + "8.8.8.8, 7.7.7.7\r\n\r\n");
          RawClient other = client().say(head + "7.7.7.7, 8.8.8.8\r\n\r\n");
          RawClient unknown = client().say(head + "_hidden\r\n\r\n")) {
        assertThat(three.untilClosed())
            .startsWith("HTTP/1.1 503 ")
            .containsIgnoringCase("retry-after: 1")
            .contains("urn:baton:too-busy");
        assertThat(other.untilClosed()).endsWith("here");
        assertThat(unknown.untilClosed()).endsWith("here");
      }
    }
  }

  @Test
  void nobodyElseIsBelievedWhoAClientIs() throws Exception {
    listen(limits(20, 20, NEVER, NEVER));
    String held = "GET /held HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 7.7.7.7\r\n\r\n";
    try (RawClient one = client().say(held);
        RawClient two = client().say(held);
        RawClient three = client().say(held)) {
      for (int i = 0; i < 3; i++) {
        assertThat(this.held.poll(20, TimeUnit.SECONDS)).isNotNull();
      }
    }
  }
}
