package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.http.Cluster;
import baton.coordinator.http.Listener;
import baton.coordinator.http.Role;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.DatabaseException;
import baton.coordinator.store.PostgresServer;
import baton.protocol.Ask;
import baton.protocol.JobId;
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
import baton.protocol.client.Renewal;
import baton.protocol.message.EventView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three coordinators on one real PostgreSQL: every one of them serves every request. */
class ClusterTest {
  @TempDir static Path folder;
  private static DatabaseAddress database;
  private static Cluster cluster;

  @BeforeAll
  static void start() {
    database = PostgresServer.freshDatabase();
    cluster = new Cluster(folder, database, 3).start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> cluster.client(Role.VIEWER, 2).jobs().isEmpty() && decides(0));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static boolean decides(int member) throws Exception {
    cluster.client(Role.WORKER, member).lease(ask("probe", "none"), Duration.ZERO);
    return true;
  }

  private static Ask ask(String session, String program) {
    return Ask.of(
            Sha256.ofText("secret of " + session),
            new SessionId(session),
            "worker",
            Set.of(program),
            Set.of(new StoreId("store")),
            "cpu")
        .reading(Manifest.FORMAT);
  }

  private static JobId submit(int member, String name) throws Exception {
    JobSpec spec = JobSpec.of(name, name, 4).withSeed(7);
    return cluster.client(Role.ADMIN, member).submit(spec, Optional.empty()).id();
  }

  private static Held lease(CoordinatorClient worker, String session, String program)
      throws Exception {
    Asked asked = worker.lease(ask(session, program), Duration.ofSeconds(20));
    return Held.of(((Asked.Leased) asked).grant(), "secret of " + session);
  }

  @Test
  void aLongPollWakesWhereverTheWorkAppears() throws Exception {
    CoordinatorClient worker = cluster.client(Role.WORKER, 2);
    CompletableFuture<Held> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return lease(worker, "poller", "polled");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    CoordinatorClient viewer = cluster.client(Role.VIEWER, 2);
    Awaitility.await().until(() -> !viewer.status().waiting().isEmpty());

    JobId job = submit(0, "polled");

    assertThat(waiting.get(10, TimeUnit.SECONDS).job()).isEqualTo(job);
  }

  @Test
  void aLeaseOfOneMemberIsRenewedAndGivenBackAtTheOthers() throws Exception {
    JobId job = submit(0, "wandering");
    Held held = lease(cluster.client(Role.WORKER, 0), "wanderer", "wandering");

    var renewal =
        cluster
            .client(Role.WORKER, 1)
            .renew(held, Phase.TRAIN, new Position(0, 3), 3, OptionalDouble.of(0.5));

    assertThat(renewal.ttl()).isGreaterThan(Duration.ofSeconds(50));
    assertThat(cluster.client(Role.VIEWER, 2).job(job).lease().fence()).isEqualTo(held.fence());
    cluster
        .client(Role.WORKER, 2)
        .release(held, baton.protocol.ReleaseReason.SESSION_ENDING, Optional.empty());
    assertThat(cluster.client(Role.VIEWER, 0).job(job).lease()).isNull();
  }

  @Test
  void aClientOfAllTurnsToTheNextWhenItsOwnIsGone() throws Exception {
    JobId job = submit(0, "orphaned");
    CoordinatorClient worker = cluster.clientOfAll(Role.WORKER, 1);
    Held held = lease(worker, "orphan", "orphaned");

    cluster.stop(1);

    // While the members settle, a renewal that others hear of late is taken and promises nothing.
    Awaitility.await().until(() -> !renewed(worker, held).ttl().isZero());
    cluster.start(1);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> cluster.client(Role.VIEWER, 1).job(job).lease().fence().equals(held.fence()));
  }

  private static Renewal renewed(CoordinatorClient worker, Held held) throws Exception {
    return worker.renew(held, Phase.TRAIN, new Position(0, 3), 3, OptionalDouble.empty());
  }

  @Test
  void aWatcherOfOneMemberSeesWhatHappensAtAll() throws Exception {
    String token = cluster.token(Role.VIEWER);
    try (Listener listener = new Listener(cluster.address(2), token, Optional.empty())) {
      submit(0, "watched");
      Held held = lease(cluster.client(Role.WORKER, 1), "watched-one", "watched");
      assertThat(held.fence().value()).isEqualTo(1);

      List<EventView> heard =
          listener.next(2).stream().filter(event -> event.name().equals("watched")).toList();
      assertThat(heard).extracting(EventView::kind).startsWith("SUBMITTED");
    }
  }

  @Test
  void aWatcherGoesOnAtAnotherMemberFromTheLastEventItSaw() throws Exception {
    String token = cluster.token(Role.VIEWER);
    EventView seen;
    try (Listener first = new Listener(cluster.address(0), token, Optional.empty())) {
      submit(0, "seen");
      seen = first.next(1).get(0);
    }
    submit(1, "unseen");

    try (Listener second = new Listener(cluster.address(2), token, Optional.of(seen.number()))) {
      EventView next = second.next(1).get(0);
      assertThat(next.name()).isEqualTo("unseen");
      assertThat(next.number()).isEqualTo(seen.number() + 1);
    }
  }

  @Test
  void aMemberThatSeesNoMajorityDecidesNothing(@TempDir Path other) throws Exception {
    Cluster three = new Cluster(other, PostgresServer.freshDatabase(), 3);
    Coordinator alone = Coordinator.start(three.settings(0));
    try {
      String admin = alone.newTokens().get(0).text();
      CoordinatorClient client = new CoordinatorClient(alone.address(), admin);
      JobSpec spec = JobSpec.of("job", "digits", 4).withSeed(7);

      assertThatThrownBy(() -> client.submit(spec, Optional.empty()))
          .isInstanceOfSatisfying(
              ProblemException.class,
              problem -> {
                assertThat(problem.type()).contains(ProblemType.CUT_OFF);
                assertThat(problem.retryAfter()).isPresent();
              })
          .hasMessageContaining("sees 1 of the 3 members");
      assertThat(client.jobs()).isEmpty();
    } finally {
      alone.close();
    }
  }

  @Test
  void aSecondClusterOnTheSameDatabaseIsRefused(@TempDir Path other) {
    Cluster second = new Cluster(other, database, 3);

    assertThatThrownBy(() -> Coordinator.start(second.settings(0)))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is no member of this cluster");
  }

  @Test
  void aCoordinatorThatStandsAloneIsRefusedBesideACluster(@TempDir Path other) {
    Coordinator.Settings alone =
        Coordinator.Settings.alone(other, Optional.empty(), "127.0.0.1", 0)
            .withDatabase(database, Optional.empty());

    assertThatThrownBy(() -> Coordinator.start(alone))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is no member of this cluster");
  }
}
