package baton.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.coordinator.http.Role;
import baton.coordinator.http.RunningCoordinator;
import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Samples;
import baton.coordinator.lease.Submit;
import baton.coordinator.store.Database;
import baton.coordinator.store.DatabaseAddress;
import baton.coordinator.store.DatabaseException;
import baton.coordinator.store.PostgresServer;
import baton.coordinator.store.SqlJobStore;
import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An installation is moved, backed up and restored. */
class UpkeepTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-04T05:06:07Z"), ZoneOffset.UTC);

  @TempDir Path folder;
  private RunningCoordinator coordinator;
  private JobId job;
  private Fence granted;

  private Upkeep.InstalledDatabase place() {
    return new Upkeep.InstalledDatabase(folder.resolve("data"), Optional.empty(), Optional.empty());
  }

  private void aCoordinatorWithALeasedJob() throws Exception {
    coordinator = RunningCoordinator.start(folder.resolve("data"), folder);
    JobSpec spec = JobSpec.of("mnist", "digits", 4).withSeed(7);
    job = coordinator.client(Role.ADMIN).submit(spec, Optional.empty()).id();
    granted = lease("before");
  }

  private Fence lease(String session) throws Exception {
    Ask ask =
        Ask.of(
                Sha256.ofText("secret of " + session),
                new SessionId(session),
                "worker",
                Set.of("digits"),
                Set.of(new StoreId("store")),
                "cpu")
            .reading(Manifest.FORMAT);
    Asked asked = coordinator.client(Role.WORKER).lease(ask, Duration.ofSeconds(5));
    return ((Asked.Leased) asked).grant().fence();
  }

  private void startAgain() {
    coordinator = coordinator.startAgain(folder.resolve("data"), folder);
  }

  @Test
  void oneBackupRestoredTwiceNeverIssuesAFenceTwice() throws Exception {
    aCoordinatorWithALeasedJob();
    Path backup = folder.resolve("backup.db");
    assertThat(Upkeep.backup(place(), backup)).isEqualTo(1);
    coordinator.close();
    Set<Fence> fences = new HashSet<>(Set.of(granted));

    for (String session : new String[] {"first", "second", "third"}) {
      Upkeep.restore(place(), backup, List.of(), true, CLOCK); // the clock stands still
      startAgain();
      CoordinatorClient admin = coordinator.client(Role.ADMIN);
      assertThat(admin.job(job).reason()).contains("restored from a back-up");
      admin.resume(job);

      assertThat(fences.add(lease(session))).as("a fence nobody has had").isTrue();
      coordinator.close();
    }
    assertThat(fences).hasSize(4);
    assertThat(Files.list(folder.resolve("data")).map(Path::getFileName).map(Path::toString))
        .as("what was replaced is kept, and no copy is left")
        .anyMatch(name -> name.startsWith("baton.db.before-"))
        .noneMatch(name -> name.startsWith("restore.part"));
  }

  /** It was cut off from the database, and so nobody knew that it had not been stopped. */
  @Test
  void aMemberThatLivesThroughARestoreGoesOnFromWhatWasRestored() {
    DatabaseAddress address = PostgresServer.freshDatabase();
    Upkeep.InstalledDatabase shared =
        new Upkeep.InstalledDatabase(
            folder.resolve("data"), Optional.of(address), Optional.empty());
    Path backup = folder.resolve("backup.db");
    try (JobStore member = new SqlJobStore(Database.open(address, Optional.empty()))) {
      Job waiting =
          saved(
              member,
              0,
              new Submit(new JobId("job"), Samples.spec("mnist"), Optional.empty())
                  .decide(Samples.NOON));
      Upkeep.backup(shared, backup);
      Job leased =
          saved(
              member,
              waiting.version(),
              Acquire.free(Samples.ask("anna")).decide(waiting, Samples.NOON));
      Transition late =
          Transition.of(
              leased.version(),
              Samples.commit(leased, 1, 0).decide(leased, Samples.NOON),
              Optional.empty());

      Upkeep.restore(shared, backup, List.of(), true, CLOCK);

      assertThat(member.find(leased.id()).orElseThrow().lease()).isEmpty();
      assertThat(member.find(leased.id()).orElseThrow().fence()).isGreaterThan(leased.fence());
      assertThat(member.save(List.of(late))).as("decided before").containsExactly(false);
    }
  }

  private static Job saved(JobStore store, long read, Decision decision) {
    Transition transition = Transition.of(read, decision, Optional.empty());
    assertThat(store.save(List.of(transition))).containsExactly(true);
    return store.find(transition.changed().id()).orElseThrow();
  }

  @Test
  void aDatabaseWithJobsIsNotReplacedUnasked() throws Exception {
    aCoordinatorWithALeasedJob();
    Path backup = folder.resolve("backup.db");
    Upkeep.backup(place(), backup);
    coordinator.close();

    assertThatThrownBy(() -> Upkeep.restore(place(), backup, List.of(), false, CLOCK))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("holds jobs, and nothing was changed")
        .hasMessageContaining("--replace");
  }

  @Test
  void aDamagedDatabaseIsReplacedByItsBackup() throws Exception {
    aCoordinatorWithALeasedJob();
    Path backup = folder.resolve("backup.db");
    Upkeep.backup(place(), backup);
    coordinator.close();
    Files.writeString(folder.resolve("data").resolve("baton.db"), "no database ".repeat(999));

    Upkeep.restore(place(), backup, List.of(), true, CLOCK);
    startAgain();

    assertThat(coordinator.client(Role.ADMIN).job(job).spec().name()).isEqualTo("mnist");
    coordinator.close();
  }

  @Test
  void aFileThatIsNoBackupChangesNothing() throws IOException {
    Path letter = Files.writeString(folder.resolve("letter"), "dear reader ".repeat(999));

    assertThatThrownBy(() -> Upkeep.restore(place(), letter, List.of(), true, CLOCK))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("no back-up that can be used, and nothing was changed");
    assertThat(folder.resolve("data").resolve("baton.db")).doesNotExist();
  }

  @Test
  void anInstallationMovesToPostgresWithItsTokens() throws Exception {
    aCoordinatorWithALeasedJob();
    coordinator.close();
    DatabaseAddress shared = PostgresServer.freshDatabase();

    Upkeep.Migrated migrated = Upkeep.migrate(place(), shared);

    assertThat(migrated.aside()).get().satisfies(aside -> assertThat(aside).exists());
    assertThatThrownBy(
            () ->
                Coordinator.start(
                    Coordinator.Settings.alone(
                        folder.resolve("data"), Optional.empty(), "127.0.0.1", 0)))
        .as("nobody goes on with the old one")
        .hasMessageContaining("If it was migrated, name the new one with --database");
    Coordinator moved =
        Coordinator.start(
            Coordinator.Settings.alone(
                    folder.resolve("another machine"), Optional.empty(), "127.0.0.1", 0)
                .withDatabase(shared, Optional.empty()));
    try {
      assertThat(moved.newTokens()).isEmpty();
      CoordinatorClient viewer =
          new CoordinatorClient(moved.address(), coordinator.token(Role.VIEWER));
      assertThat(viewer.job(job).lease().fence()).isEqualTo(granted);
      assertThatThrownBy(
              () ->
                  Upkeep.backup(
                      new Upkeep.InstalledDatabase(folder, Optional.of(shared), Optional.empty()),
                      folder.resolve("gone").resolve("backup.db")))
          .isInstanceOf(DatabaseException.class);
    } finally {
      moved.close();
    }
  }

  @Test
  void noCommandBeginsAnEmptyDatabaseInThePlaceOfTheOneThatMoved() throws Exception {
    aCoordinatorWithALeasedJob();
    coordinator.close();
    Path data = folder.resolve("data");
    Upkeep.migrate(place(), new DatabaseAddress.Sqlite(folder.resolve("new.db")));

    assertThatThrownBy(
            () -> Upkeep.migrate(place(), new DatabaseAddress.Sqlite(folder.resolve("newer.db"))))
        .hasMessageContaining("If it was migrated, name the new one with --database");
    assertThatThrownBy(() -> Coordinator.drawNewTokens(data, Optional.empty(), Optional.empty()))
        .hasMessageContaining("If it was migrated, name the new one with --database");

    assertThat(data.resolve("baton.db")).as("a start would take it for the old one").doesNotExist();
  }

  @Test
  void aRunningInstallationDoesNotMove() throws Exception {
    aCoordinatorWithALeasedJob();
    try {
      assertThatThrownBy(() -> Upkeep.migrate(place(), PostgresServer.freshDatabase()))
          .hasMessageContaining("Another coordinator");
    } finally {
      coordinator.close();
    }
  }

  @Test
  void aBackupOfNothingIsRefused() {
    assertThatThrownBy(() -> Upkeep.backup(place(), folder.resolve("backup.db")))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("There is no database");
  }
}
