package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no honest client sends, at a whole coordinator. */
class HostileRequestsTest {
  @TempDir static Path folder;

  private static RunningCoordinator coordinator;

  @BeforeAll
  static void startCoordinator() throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    Hand.makeStore(store);
    coordinator = RunningCoordinator.start(folder.resolve("data"), store);
  }

  @AfterAll
  static void stopCoordinator() {
    coordinator.close();
  }

  private static String bearer(Role role) {
    return "Authorization: Bearer " + coordinator.token(role) + "\r\n";
  }

  /** The answer to what is said, all of it until the coordinator closes. */
  private static String answer(String bytes) throws IOException {
    try (RawClient client = new RawClient(coordinator.address())) {
      return client.say(bytes).untilClosed();
    }
  }

  private static void isProblemAndClosed(String bytes, int status, String type) throws IOException {
    assertThat(answer(bytes))
        .containsPattern("^HTTP/1\\.[01] " + status + " ")
        .containsIgnoringCase("content-type: application/problem+json")
        .contains("urn:baton:" + type + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nBaton-Lease-Secret: a\r\nbaton-lease-secret: a\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/jobs HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /healthz\r\n\r\n",
        "\u0000\u0001\u0002\r\n\r\n",
        "GET /healthz HTTP/1.7\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/0.9\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
      })
  void whatCanBeReadInTwoWaysIsRefusedAndClosed(String bytes) throws Exception {
    isProblemAndClosed(bytes, 400, "malformed-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x\r\n", "-1\r\n", "ffffffffff\r\n", "\r\n", "3 \r\nabc\r\n", "3\r\nabcde"})
  void badChunksAreRefusedAndClosed(String chunk) throws Exception {
    isProblemAndClosed(
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + bearer(Role.ADMIN)
            + "Transfer-Encoding: chunked\r\n\r\n"
            + chunk,
        400,
        "malformed-request");
  }

  @Test
  void aHeaderOrAFirstLineThatIsTooLongIsRefusedAndClosed() throws Exception {
    isProblemAndClosed(
        "GET /healthz HTTP/1.1\r\nX: " + "a".repeat(HttpLimits.LONGEST_HEADER) + "\r\n\r\n",
        431,
        "header-too-large");
    isProblemAndClosed(
        "GET /" + "a".repeat(HttpLimits.LONGEST_INITIAL_LINE) + " HTTP/1.1\r\n\r\n",
        431,
        "header-too-large");
  }

  @Test
  void clearTextIsNeverUpgradedToHttp2() throws Exception {
    assertThat(
            answer(
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("ok\n");
  }

  @Test
  void whoAsksBeforeItSendsItsBodyIsToldToGoOn() throws Exception {
    String head =
        "POST /v1/jobs/any/resume HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + bearer(Role.ADMIN)
            + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    try (RawClient polite = new RawClient(coordinator.address()).say(head)) {
      polite.until("100 Continue\r\n\r\n");
      assertThat(polite.say("{}").until("}")).startsWith("HTTP/1.1 404 ");
      polite.say(head).until("100 Continue\r\n\r\n"); // on the same connection
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/healthz", "/readyz", "/v1/status", "/v1/jobs", "/v1/events", "/openapi.yaml"})
  void headWorksWhereGetDoes(String path) throws Exception {
    assertThat(
            answer(
                "HEAD %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n"
                    .formatted(path, bearer(Role.VIEWER))))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("\r\n\r\n");
  }

  @Test
  void eachRouteReadsNoMoreThanItsBodiesNeed() throws Exception {
    String large = "{\"acceptChange\":true" + " ".repeat(5_000) + "}";
    isProblemAndClosed(
        "POST /v1/jobs/any/resume HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + bearer(Role.ADMIN)
            + "Content-Length: %d\r\n\r\n%s".formatted(large.length(), large),
        413,
        "body-too-large");
  }

  @Test
  void bodiesBeyondWhatIsHeldAreSentAway() throws Exception {
    String half =
        "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + bearer(Role.ADMIN)
            + "Expect: 100-continue\r\nContent-Length: %d\r\n\r\n".formatted(Routes.LONGEST_BODY);
    List<RawClient> slow = new ArrayList<>();
    try {
      for (int i = 0; i < HttpLimits.MOST_BODY_BYTES / Routes.LONGEST_BODY; i++) {
        RawClient client = new RawClient(coordinator.address()).say(half);
        slow.add(client);
        client.until("100 Continue\r\n\r\n"); // it is counted
      }
      assertThat(answer(half)).startsWith("HTTP/1.1 503 ").contains("too-busy");
    } finally {
      for (RawClient client : slow) {
        client.close();
      }
    }
    await().until(() -> firstLine(half).contains("100 Continue"));
  }

  @Test
  void watchersBeyondThoseOfATokenAreSentAwayUntilOneLeaves() throws Exception {
    String watch = "GET /v1/events HTTP/1.1\r\nHost: a\r\n" + bearer(Role.VIEWER) + "\r\n";
    List<RawClient> watchers = new ArrayList<>();
    try {
      for (int i = 0; i < HttpLimits.MOST_WATCHERS_OF_A_TOKEN; i++) {
        RawClient watcher = new RawClient(coordinator.address()).say(watch);
        watchers.add(watcher);
        watcher.until("retry: 1000");
      }
      try (RawClient more = new RawClient(coordinator.address()).say(watch)) {
        assertThat(more.until("}")).startsWith("HTTP/1.1 503 ").contains("retry-after", "too-busy");
      }
      watchers.get(0).close();
      await().until(() -> firstLine(watch).contains("200 OK"));
    } finally {
      for (RawClient watcher : watchers) {
        watcher.close();
      }
    }
  }

  @Test
  void longPollsBeyondTheirLimitAreSentAway() throws Exception {
    List<RawClient> polls = new ArrayList<>();
    try {
      for (int i = 0; i < HttpLimits.MOST_HELD - 2 * HttpLimits.MOST_WATCHERS_OF_A_TOKEN; i++) {
        polls.add(new RawClient(coordinator.address()).say(ask("poll-" + i, 60)));
      }
      await()
          .until(() -> coordinator.client(Role.VIEWER).status().waiting().size() == polls.size());
      try (RawClient oneMore = new RawClient(coordinator.address()).say(ask("more", 60))) {
        assertThat(oneMore.until("}"))
            .startsWith("HTTP/1.1 503 ")
            .contains("retry-after", "too-busy");
      }
      try (RawClient watcher =
          new RawClient(coordinator.address())
              .say("GET /v1/events HTTP/1.1\r\nHost: a\r\n" + bearer(Role.ADMIN) + "\r\n")) {
        watcher.until("retry: 1000"); // no long poll takes the place of who watches
      }
      try (RawClient hurried = new RawClient(coordinator.address()).say(ask("hurried", 0))) {
        assertThat(hurried.until("\r\n\r\n")).startsWith("HTTP/1.1 204 ");
      }
    } finally {
      for (RawClient poll : polls) {
        poll.close();
      }
    }
  }

  private static String firstLine(String request) throws IOException {
    try (RawClient client = new RawClient(coordinator.address()).say(request)) {
      return client.until("\r\n");
    }
  }

  private static String ask(String session, int wait) {
    String body =
        """
        {"secretHash":"%s","session":"%s","worker":"w","programs":["none"],"stores":[],\
        "device":"cpu"}"""
            .formatted(baton.protocol.Sha256.ofText(session), session);
    return "POST /v1/leases?wait=%d HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            .formatted(wait)
        + bearer(Role.WORKER)
        + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
  }
}
