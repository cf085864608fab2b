package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.http.Role;
import baton.coordinator.store.DatabaseAddress;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.ProblemType;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.message.JobView;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is gone for a while, and comes back. */
class DatabaseOutageTest {
  @TempDir Path folder;

  @Test
  void aCoordinatorWithoutItsDatabaseSaysSoAndGoesOnByItself() throws Exception {
    EmbeddedPostgres postgres = start(0);
    int port = postgres.getPort();
    try (Coordinator coordinator = Coordinator.start(settings(port))) {
      String admin =
          coordinator.newTokens().stream()
              .filter(token -> token.role() == Role.ADMIN)
              .findFirst()
              .orElseThrow()
              .text();
      CoordinatorClient client = new CoordinatorClient(coordinator.address(), admin);
      JobView before = client.submit(spec("before"), Optional.empty());

      postgres.close();

      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> client.submit(spec("meanwhile"), Optional.empty()))
                      .isInstanceOfSatisfying(
                          ProblemException.class,
                          problem -> {
                            assertThat(problem.type()).contains(ProblemType.DATABASE_UNAVAILABLE);
                            assertThat(problem.retryAfter()).isPresent();
                          })
                      .hasMessageContaining("does not answer"));

      postgres = start(port);

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(
              () ->
                  client
                      .submit(spec("after"), Optional.of("after-key-1"))
                      .spec()
                      .name()
                      .equals("after"));
      assertThat(client.job(before.id()).spec().name()).isEqualTo("before");
    } finally {
      postgres.close();
    }
  }

  private EmbeddedPostgres start(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgres"))
            .setCleanDataDirectory(false);
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  private Coordinator.Settings settings(int port) {
    return new Coordinator.Settings(
        folder.resolve("data"),
        Optional.empty(),
        "127.0.0.1",
        0,
        Optional.of(new DatabaseAddress.Postgres("127.0.0.1", port, "postgres", "postgres", "")),
        Optional.empty(),
        Optional.empty());
  }

  private static JobSpec spec(String name) {
    return new JobSpec(name, "digits", Map.of(), 4, 7, 0, Optional.empty(), Policy.DEFAULT);
  }
}
