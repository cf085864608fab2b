package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.http.ContractedHttp.Answer;
import baton.protocol.Data;
import baton.protocol.DataFile;
import baton.protocol.DataSource;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people, browsers and curl see. */
class WatchingTest {
  @TempDir static Path folder;

  private static RunningCoordinator coordinator;
  private static ContractedHttp http;
  private static JobId job;
  private static Hand hand;

  @BeforeAll
  static void startRelay() throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    Hand.makeStore(store);
    coordinator = RunningCoordinator.start(folder.resolve("data"), store);
    http = new ContractedHttp(coordinator.address());
    job = coordinator.client(Role.ADMIN).submit(Samples.spec("seen"), Optional.empty()).id();
    hand = new Hand(coordinator.client(Role.WORKER), store, "runner");
    hand.lease();
    hand.commit(Position.ofEpochs(1));
  }

  @AfterAll
  static void stopCoordinator() {
    coordinator.close();
  }

  private static ContractedHttp.Call view(String path) {
    return http.get(path).token(coordinator.token(Role.VIEWER));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/segments", "/checkpoints", "/metrics"})
  void everyViewOfAJobKeepsToTheContract(String what) {
    assertThat(view("/v1/jobs/" + job + what).send().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/segments", "/checkpoints", "/metrics"})
  void aNameWorksWhereAnIdDoes(String what) {
    assertThat(view("/v1/jobs/seen" + what).send().response().body())
        .isEqualTo(view("/v1/jobs/" + job + what).send().response().body());
    assertThat(view("/v1/jobs/seen").send().response().body()).contains(job.value());
    assertThat(view("/v1/jobs/nobody" + what).send().status()).isEqualTo(404);
  }

  @Test
  void aJobOfAThousandDataFilesIsShortInListsAndWholeByItself() throws Exception {
    JobId large = coordinator.client(Role.ADMIN).submit(ofManyFiles(), Optional.empty()).id();

    for (String list : List.of("/v1/status", "/v1/jobs")) {
      assertThat(view(list).header("Accept", "application/json").send().response().body())
          .contains("\"data\":{\"name\":\"many\",\"files\":1000,\"bytes\":3000,\"digest\":")
          .doesNotContain("part-7.tar");
    }
    assertThat(view("/v1/jobs/" + large).send().response().body()).contains("part-7.tar");
  }

  private static JobSpec ofManyFiles() {
    List<DataFile> files =
        IntStream.range(0, 1000)
            .mapToObj(
                i ->
                    new DataFile(
                        "part-" + i + ".tar",
                        3,
                        Sha256.ofText("part " + i),
                        DataSource.parse("https://data.example.org/part-" + i + ".tar")))
            .toList();
    return Samples.spec("large").withData(new Data("many", 1, files));
  }

  @Test
  void aJobIsFoundByItsName() {
    assertThat(view("/v1/jobs?name=seen").send().response().body()).contains(job.value());
    assertThat(view("/v1/jobs?name=other").send().response().body()).isEqualTo("[]");
  }

  @ParameterizedTest
  @CsvSource({
    "curl/8.5.0,  */*,                 text/plain",
    "curl/8.5.0,  application/json,    application/json",
    "Mozilla/5.0, */*,                 application/json",
    "Mozilla/5.0, text/plain,          text/plain",
    "Mozilla/5.0, 'text/html,application/json;q=0.9', application/json"
  })
  void theStatusComesAsItIsAskedFor(String agent, String accept, String type) {
    Answer answer = view("/v1/status").header("User-Agent", agent).header("Accept", accept).send();

    assertThat(answer.header("Content-Type")).startsWith(type);
    assertThat(answer.response().body()).contains("seen", "worker-of-ru");
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() throws Exception {
    Answer first = view("/v1/jobs/" + job).send();
    Answer again =
        view("/v1/jobs/" + job)
            .header("If-None-Match", "\"other\", " + first.header("ETag"))
            .send();
    assertThat(again.status()).isEqualTo(304);

    coordinator
        .client(Role.WORKER)
        .renew(hand.held(), Phase.TRAIN, new Position(1, 2), 9, OptionalDouble.of(0.5));
    Answer changed = view("/v1/jobs/" + job).header("If-None-Match", first.header("ETag")).send();
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.header("ETag")).isNotEqualTo(first.header("ETag"));
  }

  @Test
  void theListOfJobsHasATagAsWell() {
    String tag = view("/v1/jobs").send().header("ETag");

    assertThat(view("/v1/jobs").header("If-None-Match", tag).send().status()).isEqualTo(304);
  }

  @Test
  void theContractIsServed() {
    assertThat(view("/openapi.yaml").send().response().body()).startsWith("openapi: 3.1.0");
  }

  @Test
  void healthAndReadinessNeedNoToken() {
    assertThat(http.get("/healthz").send().response().body()).isEqualTo("ok\n");
    assertThat(http.get("/readyz").send().response().body()).isEqualTo("ready\n");
  }

  @Test
  void everyAnswerToAWorkerKeepsToTheContract() {
    Answer nothing =
        http.post("/v1/leases")
            .token(coordinator.token(Role.WORKER))
            .json(
                """
                {"secretHash":"%s","session":"late","worker":"w","programs":["digits"],
                 "stores":["store-1"],"device":"cpu","checkpointFormat":2}"""
                    .formatted("0".repeat(64)))
            .send();

    assertThat(nothing.status()).isEqualTo(204);
    assertThat(nothing.header("Baton-Reason")).isEqualTo("every job is leased");
    assertThat(nothing.header("Baton-Standby")).contains(hand.head().orElseThrow().hex());
  }
}
