package baton.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.AfterCommit;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.message.CommitAnswer;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against a server that answers as it is told. */
class CoordinatorClientTest {
  private static final String DIGEST = "a".repeat(64);
  private static final Held LEASE = new Held(new JobId("job-1"), new Fence(7), "lease-secret");
  private static final Position MIDDLE = new Position(1, 2);

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String contentType = "application/json";
  private String answer = "";
  private List<String> headers = new ArrayList<>();

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(
              "%s %s %s | %s %s"
                  .formatted(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI(),
                      new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                      exchange.getRequestHeaders().getFirst("Authorization"),
                      exchange.getRequestHeaders().getFirst("Baton-Lease-Secret")));
          exchange.getResponseHeaders().add("Content-Type", contentType);
          headers.forEach(
              header ->
                  exchange
                      .getResponseHeaders()
                      .add(header.split("=", 2)[0], header.split("=", 2)[1]));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private CoordinatorClient client() {
    return new CoordinatorClient(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "token-1");
  }

  private static Ask ask() {
    return Ask.of(
            Sha256.ofText("s"),
            new SessionId("s"),
            "w",
            Set.of("digits"),
            Set.of(new StoreId("store")),
            "cpu")
        .reading(Manifest.FORMAT);
  }

  @Test
  void aRenewalCarriesTokenSecretAndPosition() throws Exception {
    answer = "{\"ttlMs\":60000,\"waitedMs\":5,\"directive\":\"GO_ON\",\"reason\":\"\"}";

    Renewal renewal = client().renew(LEASE, Phase.TRAIN, MIDDLE, 9, OptionalDouble.of(0.5));

    assertThat(renewal)
        .isEqualTo(
            new Renewal(
                Duration.ofMinutes(1),
                Duration.ofMillis(5),
                Directive.GO_ON,
                "",
                Optional.empty()));
    assertThat(requests)
        .containsExactly(
            "POST /v1/jobs/job-1/leases/7/renew"
                + " {\"phase\":\"TRAIN\",\"position\":{\"epoch\":1,\"batch\":2},\"progress\":9,\"loss\":0.5}"
                + " | Bearer token-1 lease-secret");
  }

  @Test
  void aCommitTellsWhereToTrainTo() throws Exception {
    answer =
        "{\"head\":\"%s\",\"next\":\"TRAIN_ON\",\"segmentEnd\":{\"epoch\":3,\"batch\":0},\"verified\":\"WORKER\"}"
            .formatted(DIGEST);

    CommitAnswer committed =
        client().commit(LEASE, Optional.empty(), MIDDLE, "{}", Optional.empty());

    assertThat(committed.next()).isEqualTo(AfterCommit.TRAIN_ON);
    assertThat(committed.trainTo()).contains(Position.ofEpochs(3));
  }

  @Test
  void nothingToLeaseComesWithItsReason() throws Exception {
    status = 204;
    headers = List.of("Baton-Reason=every job is leased", "Baton-Standby=garbage");

    Asked asked = client().lease(ask(), Duration.ofSeconds(3));

    assertThat(asked).isEqualTo(new Asked.Nothing("every job is leased", Optional.empty()));
    assertThat(requests.get(0)).startsWith("POST /v1/leases?wait=3 ");
  }

  @Test
  void aProblemIsThrownWithItsTypeAndSentence() {
    status = 409;
    contentType = "application/problem+json";
    answer =
        "{\"type\":\"urn:baton:stale-fence\",\"title\":\"t\",\"status\":409,\"detail\":\"It has ended.\"}";

    assertThatThrownBy(() -> client().release(LEASE, ReleaseReason.COMPLETED, Optional.empty()))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.type()).contains(ProblemType.STALE_FENCE);
              assertThat(e.getMessage()).isEqualTo("It has ended.");
              assertThat(e.retryAfter()).isEmpty();
            });
  }

  @Test
  void aProblemThatPassesSaysWhenToTryAgain() {
    status = 503;
    headers = List.of("Retry-After=2");
    answer =
        "{\"type\":\"urn:baton:from-the-future\",\"title\":\"t\",\"status\":503,\"detail\":\"d\",\"extra\":1}";

    assertThatThrownBy(() -> client().jobs())
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.type()).as("of a newer coordinator").isEmpty();
              assertThat(e.status()).isEqualTo(503);
              assertThat(e.retryAfter()).contains(Duration.ofSeconds(2));
            });
  }

  @Test
  void aProxysErrorPageIsNoAnswerOfTheCoordinator() {
    status = 502;
    contentType = "text/html";
    answer = "<html>Bad Gateway</html>";

    assertThatThrownBy(() -> client().jobs())
        .isInstanceOf(UnreachableException.class)
        .hasMessageContaining("502");
  }

  @Test
  void fieldsOfANewerCoordinatorAreNoError() throws Exception {
    answer =
        "{\"ttlMs\":1,\"waitedMs\":0,\"directive\":\"STOP\",\"reason\":\"r\",\"mood\":\"good\"}";

    assertThat(client().renew(LEASE, Phase.SAVE, MIDDLE, 1, OptionalDouble.empty()).directive())
        .isEqualTo(Directive.STOP);
  }

  @Test
  void aCoordinatorThatIsNotThereIsUnreachableAndNoSecretIsTold() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    CoordinatorClient client =
        new CoordinatorClient(URI.create("http://127.0.0.1:" + nobody), "token-1");

    assertThatThrownBy(() -> client.renew(LEASE, Phase.TRAIN, MIDDLE, 1, OptionalDouble.empty()))
        .isInstanceOf(UnreachableException.class)
        .hasMessageContaining("127.0.0.1:" + nobody)
        .satisfies(
            e -> {
              for (Throwable at = e; at != null; at = at.getCause()) {
                assertThat(String.valueOf(at)).doesNotContain("token-1", "lease-secret");
              }
            });
    assertThat(LEASE.toString()).doesNotContain("lease-secret");
  }

  @Test
  void aConnectionThatBreaksIsUnreachable() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread closing = new Thread(() -> closeWhatComes(rude));
      closing.start();
      CoordinatorClient client =
          new CoordinatorClient(URI.create("http://127.0.0.1:" + rude.getLocalPort()), "t");

      assertThatThrownBy(client::jobs)
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("cannot be reached");
      rude.close();
      closing.join();
    }
  }

  /** The JDK's client tries a GET a second time on its own. */
  private static void closeWhatComes(ServerSocket rude) {
    while (!rude.isClosed()) {
      try (Socket accepted = rude.accept()) {
        accepted.getInputStream().read();
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  @Test
  void anInterruptedCallEndsAtOnceAndClosesItsConnection() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread listening =
          new Thread(
              () -> {
                try (Socket accepted = silent.accept()) {
                  while (accepted.getInputStream().read() >= 0) {}
                } catch (IOException e) {
                  // a reset is an end as well
                }
                closed.countDown();
              });
      listening.start();
      CoordinatorClient client =
          new CoordinatorClient(URI.create("http://127.0.0.1:" + silent.getLocalPort()), "t");
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> client.lease(ask(), Duration.ofSeconds(60)))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      silent.close();
      listening.join();
      assertThat(closed.getCount()).isZero();
    }
  }

  @Test
  void aTokenInTwoLinesIsRefusedAndNotRepeated() {
    assertThatThrownBy(
            () -> new CoordinatorClient(URI.create("http://127.0.0.1:1"), "half\r\nother"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The token holds a character that no token has.");
  }

  @Test
  void anAddressThatIsNoneIsRefusedAtOnce() {
    assertThatThrownBy(() -> new CoordinatorClient(URI.create("localhost:8642"), "t"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://127.0.0.1:8642");
  }
}
