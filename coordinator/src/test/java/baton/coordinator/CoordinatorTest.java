package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.http.HttpListener.CannotListen;
import baton.coordinator.http.Role;
import baton.coordinator.http.RunningCoordinator;
import baton.coordinator.store.DataDirectoryException;
import baton.protocol.Ask;
import baton.protocol.JobSpec;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.UnreachableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a coordinator begins and ends. */
class CoordinatorTest {
  private static final Ask ASK =
      Ask.of(
              Sha256.ofText("secret"),
              new SessionId("session"),
              "worker",
              Set.of("digits"),
              Set.of(new StoreId("store")),
              "cpu")
          .reading(Manifest.FORMAT);

  @TempDir Path folder;

  private RunningCoordinator start() {
    return RunningCoordinator.start(folder.resolve("data"), folder);
  }

  private static JobSpec spec(String name) {
    return JobSpec.of(name, "digits", 4).withSeed(7);
  }

  @Test
  void jobsLeasesAndTokensOutliveARestart() throws Exception {
    RunningCoordinator before = start();
    var job = before.client(Role.ADMIN).submit(spec("survivor"), Optional.empty()).id();
    before.client(Role.WORKER).lease(ASK, Duration.ZERO);
    before.close();

    try (RunningCoordinator after = before.startAgain(folder.resolve("data"), folder)) {
      var lease = after.client(Role.ADMIN).job(job).lease();
      assertThat(lease.fence().value()).isEqualTo(1);
      assertThat(lease.ttlMs()).as("a whole ttl from readiness (R12)").isGreaterThan(50_000);
      Asked repeated = after.client(Role.WORKER).lease(ASK, Duration.ZERO);
      assertThat(((Asked.Leased) repeated).grant().fence().value()).isEqualTo(1);
    }
  }

  @Test
  void whoWaitsIsSentHomeWhenItStops() throws Exception {
    RunningCoordinator coordinator = start();
    CoordinatorClient worker = coordinator.client(Role.WORKER);
    CompletableFuture<Asked> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return worker.lease(ASK, Duration.ofSeconds(60));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    CoordinatorClient viewer = coordinator.client(Role.VIEWER);
    Awaitility.await().until(() -> !viewer.status().waiting().isEmpty());

    coordinator.close();

    Asked.Nothing nothing = (Asked.Nothing) waiting.get(5, TimeUnit.SECONDS);
    assertThat(nothing.reason()).contains("shutting down");
    assertThatThrownBy(viewer::status).isInstanceOf(UnreachableException.class);
  }

  @Test
  void aPortInUseIsToldInOneSentence() {
    try (RunningCoordinator first = start()) {
      Coordinator.Settings taken =
          Coordinator.Settings.alone(
              folder.resolve("other"), Optional.empty(), "127.0.0.1", first.address().getPort());

      assertThatThrownBy(() -> Coordinator.start(taken))
          .isInstanceOf(CannotListen.class)
          .hasMessageContaining("in use")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void twoOnOneDataDirectoryAreOneTooMany() throws Exception {
    try (RunningCoordinator first = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("Another coordinator");
      assertThat(first.client(Role.VIEWER).jobs()).isEmpty();
    }
  }

  @Test
  void aDatabaseThatIsDeletedUnderItIsNoticedAndNothingMoreIsAcknowledged() throws Exception {
    try (RunningCoordinator coordinator = start()) {
      CoordinatorClient admin = coordinator.client(Role.ADMIN);
      Files.delete(folder.resolve("data").resolve("baton.db"));

      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> admin.submit(spec("lost"), Optional.of("a-key-1")))
                      .hasMessageContaining("was deleted, moved or replaced"));
    }
    assertThatThrownBy(this::start)
        .as("and it does not start empty")
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("baton restore FILE");
  }

  @Test
  void aStartThatFailedLeavesTheDataDirectoryToTheNext() {
    Coordinator.Settings nowhere =
        Coordinator.Settings.alone(folder.resolve("data"), Optional.empty(), "192.0.2.1", 0);
    assertThatThrownBy(() -> Coordinator.start(nowhere)).isInstanceOf(CannotListen.class);

    try (RunningCoordinator next = start()) {
      assertThat(next.token(Role.ADMIN)).as("drawn by the start that succeeds").isNotBlank();
    }
  }
}
