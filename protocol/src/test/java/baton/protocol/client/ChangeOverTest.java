package baton.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.JobSpec;
import baton.protocol.ProblemType;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that knows several coordinators turns to the next when its own cannot answer. */
class ChangeOverTest {
  private final Member first = new Member();
  private final Member second = new Member();

  /** A coordinator that knows no jobs. */
  private static final class Member implements AutoCloseable {
    private static final String CUT_OFF =
        "{\"type\":\"urn:baton:cut-off\",\"title\":\"cut off\",\"status\":503,\"detail\":\"This one is cut off.\"}";
    private static final String FAULT =
        "{\"type\":\"urn:baton:fault\",\"title\":\"a fault\",\"status\":500,\"detail\":\"Its disk lost a class.\"}";

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean cutOff;
    private volatile boolean faulty;

    Member() {
      try {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.createContext(
          "/",
          exchange -> {
            asked.incrementAndGet();
            String answer = faulty ? FAULT : cutOff ? CUT_OFF : "[]";
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            if (cutOff) {
              exchange.getResponseHeaders().set("Retry-After", "1");
            }
            exchange.sendResponseHeaders(faulty ? 500 : cutOff ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private CoordinatorClient client() {
    return new CoordinatorClient(List.of(first.uri(), second.uri()), "token");
  }

  @Test
  void aClientStaysWithTheOneThatAnswers() throws Exception {
    CoordinatorClient client = client();
    client.jobs();
    client.jobs();

    assertThat(first.asked).hasValue(2);
    assertThat(second.asked).hasValue(0);
  }

  @Test
  void whoIsCutOffIsLeftForTheNextAndNotAskedAgain() throws Exception {
    first.cutOff = true;
    CoordinatorClient client = client();

    assertThat(client.jobs()).isEmpty();
    assertThat(client.jobs()).isEmpty();

    assertThat(first.asked).hasValue(1);
    assertThat(second.asked).hasValue(2);
  }

  @Test
  void whoHasAFaultOfItsOwnIsLeftForTheNext() throws Exception {
    first.faulty = true;
    CoordinatorClient client = client();

    assertThat(client.jobs()).isEmpty();
    assertThat(client.jobs()).isEmpty();

    assertThat(first.asked).hasValue(1);
    assertThat(second.asked).hasValue(2);
  }

  @Test
  void aSubmissionThatMetAFaultIsNotSentToAnotherWithoutItsKey() {
    first.faulty = true;
    JobSpec spec = JobSpec.of("job", "digits", 1);

    assertThatThrownBy(() -> client().submit(spec, Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("Its disk lost a class");
    assertThat(second.asked).hasValue(0);
  }

  @Test
  void whoIsGoneIsLeftForTheNext() throws Exception {
    first.close();

    assertThat(client().jobs()).isEmpty();
    assertThat(second.asked).hasValue(1);
  }

  @Test
  void whereAllAreCutOffEachIsAskedOnce() {
    first.cutOff = true;
    second.cutOff = true;

    assertThatThrownBy(() -> client().jobs())
        .isInstanceOfSatisfying(
            ProblemException.class,
            problem -> assertThat(problem.type()).contains(ProblemType.CUT_OFF));
    assertThat(first.asked).hasValue(1);
    assertThat(second.asked).hasValue(1);
  }

  @Test
  void aSubmissionThatMayHaveBeenSeenIsNotSentToAnotherWithoutItsKey() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread hangingUp =
          new Thread(
              () -> {
                try {
                  while (true) {
                    rude.accept().close();
                  }
                } catch (IOException e) {
                  // the test is over
                }
              });
      hangingUp.start();
      URI hangsUp = URI.create("http://127.0.0.1:" + rude.getLocalPort());
      CoordinatorClient client = new CoordinatorClient(List.of(hangsUp, second.uri()), "token");
      JobSpec spec = JobSpec.of("job", "digits", 1);

      assertThatThrownBy(() -> client.submit(spec, Optional.empty()))
          .isInstanceOf(UnreachableException.class);
      assertThat(second.asked).hasValue(0);
    }
  }

  @Test
  void severalAreNamedWithCommas() {
    assertThat(CoordinatorClient.coordinators("http://a:1, http://b:2"))
        .containsExactly(URI.create("http://a:1"), URI.create("http://b:2"));
    assertThatThrownBy(() -> CoordinatorClient.coordinators("http://a:1,b:2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is named like");
  }
}
