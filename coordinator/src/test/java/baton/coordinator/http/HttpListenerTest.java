package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a coordinator answers before it is ready, and while it drains. */
class HttpListenerTest {
  private final Vertx vertx = Vertx.vertx();
  private final HttpListener front =
      HttpListener.listen(
          vertx, "127.0.0.1", 0, Bounds.of(List.of(), () -> Duration.ofNanos(System.nanoTime())));
  private final ContractedHttp http = new ContractedHttp(front.address());

  @AfterEach
  void stop() {
    front.close();
    vertx.close();
  }

  @Test
  void beforeItIsOpenItLivesAndIsNotReady() {
    assertThat(http.get("/healthz").send().status()).isEqualTo(200);
    ContractedHttp.Answer answer = http.get("/readyz").send().isProblem(503, "not-ready");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    http.post("/v1/leases").json("{}").send().isProblem(503, "not-ready");
  }

  @Test
  void onceOpenItAnswersAndWhenDrainingNoMore() {
    front.open(request -> request.response().putHeader("Content-Type", "text/plain").end("here"));
    assertThat(http.get("/readyz").send().response().body()).isEqualTo("here");

    front.stopServing();

    http.get("/readyz").send().isProblem(503, "not-ready");
    assertThat(http.get("/healthz").send().status()).isEqualTo(200);
  }
}
