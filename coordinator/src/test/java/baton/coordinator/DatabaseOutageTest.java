package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.http.Role;
import baton.coordinator.store.DatabaseAddress;
import baton.protocol.Ask;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.message.JobView;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL is gone for a while, and comes back; for ten minutes with {@code
 * -Dbaton.outage=PT10M}.
 */
class DatabaseOutageTest {
  private static final Duration OUTAGE = Duration.parse(System.getProperty("baton.outage", "PT0S"));

  @TempDir Path folder;

  @Test
  void aCoordinatorWithoutItsDatabaseSaysSoAndGoesOnByItself() throws Exception {
    EmbeddedPostgres postgres = start(0);
    int port = postgres.getPort();
    try (Coordinator coordinator = Coordinator.start(settings(port))) {
      CoordinatorClient client = client(coordinator, Role.ADMIN);
      CoordinatorClient worker = client(coordinator, Role.WORKER);
      JobView before = client.submit(spec("before"), Optional.empty());
      Held held = lease(worker);

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

      Thread.sleep(OUTAGE.toMillis());
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
      assertThat(client.job(before.id()).lease().fence()).isEqualTo(held.fence());
      var renewal = worker.renew(held, Phase.TRAIN, new Position(0, 3), 3, OptionalDouble.empty());
      assertThat(renewal.ttl()).as("its holder keeps the lease").isPositive();
    } finally {
      postgres.close();
    }
  }

  private static CoordinatorClient client(Coordinator coordinator, Role role) {
    String token =
        coordinator.newTokens().stream()
            .filter(drawn -> drawn.role() == role)
            .findFirst()
            .orElseThrow()
            .text();
    return new CoordinatorClient(coordinator.address(), token);
  }

  private static Held lease(CoordinatorClient worker) throws Exception {
    Ask ask =
        Ask.of(
                Sha256.ofText("secret"),
                new SessionId("session"),
                "worker",
                Set.of("digits"),
                Set.of(new StoreId("store")),
                "cpu")
            .reading(Manifest.FORMAT);
    Asked asked = worker.lease(ask, Duration.ofSeconds(5));
    return Held.of(((Asked.Leased) asked).grant(), "secret");
  }

  private EmbeddedPostgres start(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgres"))
            .setCleanDataDirectory(false);
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  private Coordinator.Settings settings(int port) {
    DatabaseAddress database =
        new DatabaseAddress.Postgres("127.0.0.1", port, "postgres", "postgres", "");
    return Coordinator.Settings.alone(folder.resolve("data"), Optional.empty(), "127.0.0.1", 0)
        .withDatabase(database, Optional.empty());
  }

  private static JobSpec spec(String name) {
    return JobSpec.of(name, "digits", 4).withSeed(7);
  }
}
