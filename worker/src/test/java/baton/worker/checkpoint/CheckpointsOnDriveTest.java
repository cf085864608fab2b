package baton.worker.checkpoint;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static baton.storage.CheckpointStoreContract.assertKind;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.Bench;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.FakeDrive;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import baton.worker.segment.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad days of whole checkpoints on Drive: what was saved stays, and no half of one shows. */
class CheckpointsOnDriveTest {
  @TempDir Path remote;
  @TempDir Path spool;
  @TempDir Path into;
  private Bench bench;
  private FakeDrive drive;
  private StoredCheckpoint first;

  @BeforeEach
  void saveTheFirst() throws Exception {
    bench = new Bench(remote, 1);
    drive = bench.drive();
    first = save(0, Optional.empty(), States.after(1));
  }

  @AfterEach
  void nothingIsTornOrTwice() throws IOException {
    for (StoredFile manifest : drive.files().named(Manifest.FILE_NAME)) {
      assertThat(drive.files().all())
          .filteredOn(f -> f.parent().equals(manifest.parent()) && f.name().equals(manifest.name()))
          .hasSize(1);
    }
    bench.close();
  }

  /** One more session of the worker. */
  private Checkpoints session() throws Exception {
    return new Checkpoints(bench.open(), spool);
  }

  private StoredCheckpoint save(int counter, Optional<StoredCheckpoint> parent, Snapshot snapshot)
      throws Exception {
    return session().save(States.draft(counter, parent), snapshot, UNWATCHED);
  }

  private void assertRestored(StoredCheckpoint checkpoint) throws Exception {
    session().restore(checkpoint.checkpoint(), into, UNWATCHED);
    assertThat(StateDigest.of(into)).isEqualTo(checkpoint.checkpoint().stateDigest());
  }

  private List<StoredFile> manifests() {
    return drive.files().named(Manifest.FILE_NAME);
  }

  private String folderId(StoredCheckpoint checkpoint) {
    String name = checkpoint.checkpoint().folder().replaceFirst(".*/", "");
    return drive.files().all().stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void aManifestEditedByHandIsCorruptAndTheOneBeforeItIsNot() throws Exception {
    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));
    String id = idOf(second, Manifest.FILE_NAME);
    String edited = second.text().replace("\"seed\" : 7", "\"seed\" : 8");
    assertThat(edited).isNotEqualTo(second.text());
    drive.files().rewrite(id, edited.getBytes(StandardCharsets.UTF_8));

    assertKind(Kind.CORRUPT, () -> session().restore(second.checkpoint(), into, UNWATCHED));
    assertThat(into).isEmptyDirectory();
    assertRestored(first);
  }

  @Test
  void aManifestThatPointsElsewhereReadsNothingBeforeItsDigestIsCompared() throws Exception {
    FileEntry model = first.manifest().files().get(0);
    String edited = first.text().replace(model.storeId(), "../somebody-elses-file");
    drive.files().rewrite(idOf(first, Manifest.FILE_NAME), edited.getBytes(StandardCharsets.UTF_8));
    long before = drive.count(Operation.DOWNLOAD);

    assertKind(Kind.CORRUPT, () -> session().restore(first.checkpoint(), into, UNWATCHED));
    assertThat(drive.count(Operation.DOWNLOAD) - before).as("two copies of it").isEqualTo(2);
  }

  private String idOf(StoredCheckpoint checkpoint, String name) {
    return drive.files().named(name).stream()
        .filter(file -> file.parent().equals(folderId(checkpoint)))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void aWorkersClockThatIsOffByADayOrdersNothing(long days) throws Exception {
    ManifestDraft draft = States.draft(1, Optional.of(first));
    ManifestDraft off = States.at(draft, draft.time().plus(Duration.ofDays(days)));
    StoredCheckpoint second = session().save(off, States.after(2), UNWATCHED);
    StoredCheckpoint third = save(2, Optional.of(second), States.after(3));

    assertThat(third.checkpoint().parent()).contains(second.checkpoint().digest());
    assertRestored(second);
    assertRestored(third);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1})
  void aDriveWhoseClockIsOffByADayIsWrittenAndReadAllTheSame(long days) throws Exception {
    bench.close();
    bench = new Bench(remote.resolve("off"), 1);
    bench.setDriveClockAhead(Duration.ofDays(days));
    drive = bench.drive();
    first = save(0, Optional.empty(), States.after(1));
    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));
    assertRestored(first);
    assertRestored(second);
  }

  @Test
  void aDriveWhoseClockJumpsByADayInMidUploadCostsATokenAndNotTheUpload() throws Exception {
    Checkpoints session = session();
    long tokens = drive.count(Operation.TOKEN);
    drive
        .faults()
        .nth(
            Operation.CHUNK,
            2,
            new Action.First(() -> bench.setDriveClockAhead(Duration.ofDays(1))));

    StoredCheckpoint second =
        session.save(States.draft(1, Optional.of(first)), States.after(2), UNWATCHED);

    assertThat(drive.count(Operation.TOKEN) - tokens).isPositive();
    assertRestored(second);
  }

  @Test
  void aFolderThatTheUserDeletedIsGoneAndTheNextSaveStoresAllAnew() throws Exception {
    drive.files().delete(folderId(first));

    assertKind(Kind.GONE, () -> session().restore(first.checkpoint(), into, UNWATCHED));
    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));

    assertThat(second.manifest().files())
        .allSatisfy(file -> assertThat(drive.files().byId(file.storeId())).isPresent());
    assertRestored(second);
  }

  @Test
  void aFolderInTheTrashIsNotBuiltUpon() throws Exception {
    drive.files().trash(folderId(first));
    StoredCheckpoint second = save(1, Optional.of(first), States.after(2));

    assertThat(second.manifest().files())
        .extracting(FileEntry::storeId)
        .doesNotContainAnyElementsOf(
            first.manifest().files().stream().map(FileEntry::storeId).toList());
  }

  @Test
  void aFolderDeletedInMidSaveEndsItAndShowsNoManifest() throws Exception {
    Checkpoints session = session();
    drive
        .faults()
        .nth(
            Operation.CHUNK,
            2,
            new Action.First(
                () ->
                    drive.files().all().stream()
                        .filter(file -> file.name().equals("job-1"))
                        .forEach(file -> drive.files().delete(file.id()))));
    ManifestDraft draft = States.withNothingInStore(States.draft(1, Optional.of(first)));
    assertKind(Kind.GONE, () -> session.save(draft, States.after(2), UNWATCHED));
    assertThat(manifests()).isEmpty();

    ManifestDraft next = States.withNothingInStore(States.draft(2, Optional.of(first)));
    StoredCheckpoint second = session.save(next, States.after(2), UNWATCHED);
    assertRestored(second);
  }

  @Test
  void aGrantRevokedWhileSeveralFilesAreOnTheirWayIsToldAndLosesNothing() throws Exception {
    Checkpoints session = session();
    drive
        .faults()
        .nth(Operation.CHUNK, 2, new Action.First(() -> drive.auth().revoke(Bench.CLIENT)));
    ManifestDraft draft = States.withNothingInStore(States.draft(1, Optional.of(first)));
    assertKind(Kind.UNREACHABLE, () -> session.save(draft, States.after(2), UNWATCHED));
    assertThat(manifests()).hasSize(1);
    assertThat(spool).isEmptyDirectory();

    bench.signInAgain();
    assertRestored(first);
    assertRestored(save(2, Optional.of(first), States.after(2)));
  }

  @Test
  void aWrongSha256FromDriveIsNoCheckpoint() throws Exception {
    Checkpoints session = session();
    drive.faults().nth(Operation.CHUNK, 2, new Action.WrongSha256());
    drive.faults().always(Operation.GET, new Action.WrongSha256());
    ManifestDraft draft = States.withNothingInStore(States.draft(1, Optional.of(first)));
    assertKind(Kind.UNREACHABLE, () -> session.save(draft, States.after(2), UNWATCHED));
    assertThat(manifests()).hasSize(1);
  }

  @Test
  void aDriveThatFillsUpBetweenFilesKeepsTheOneBefore() throws Exception {
    Checkpoints session = session();
    drive.faults().nth(Operation.START_UPLOAD, 2, new Action.First(() -> drive.quota().limit(1)));
    ManifestDraft draft = States.withNothingInStore(States.draft(1, Optional.of(first)));
    assertKind(Kind.FULL, () -> session.save(draft, States.after(2), UNWATCHED));
    assertThat(manifests()).hasSize(1);
    assertRestored(first);
  }

  @Test
  void aManifestWhoseUploadIsCutForGoodIsNotThere() throws Exception {
    Checkpoints session = session();
    drive.faults().from(Operation.CHUNK, 3, 1_000, new Action.CutRequest(10));
    assertKind(
        Kind.UNREACHABLE,
        () -> session.save(States.draft(1, Optional.of(first)), States.after(2), UNWATCHED));
    assertThat(manifests()).hasSize(1);
    assertThat(ManifestJson.read(Files.readString(manifests().get(0).bytes().orElseThrow())))
        .isEqualTo(first.manifest());
  }
}
