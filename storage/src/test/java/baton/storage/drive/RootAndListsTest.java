package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore.Entry;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.FakeAuth;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The store's root and what is found by lists, which lag and hold the user's doings. */
class RootAndListsTest extends DriveStory {

  private DriveRoot root() throws Exception {
    return DriveRoot.find(bench.setup()).orElseThrow();
  }

  @Test
  void theRootIsOpenedByItsId() throws Exception {
    assertThat(DriveRoot.open(bench.setup(), root().folderId())).isEqualTo(root());
  }

  @Test
  void aLostReplyToItsCreationLeavesOneRoot() throws Exception {
    bench.drive().files().delete(root().folderId());
    faults().next(Operation.CREATE, new Action.LoseReply());
    DriveRoot made =
        DriveRoot.findOrCreate(bench.setup(), Optional.empty(), () -> new StoreId("other"));
    assertThat(made.id()).isEqualTo(new StoreId("other"));
    assertThat(bench.drive().files().all()).extracting(StoredFile::name).containsOnlyOnce("Baton");
  }

  @Test
  void whatLiesInAFolderIsListedByName() throws Exception {
    put();

    assertThat(store.list("")).extracting(Entry::name).containsExactly("job");
    assertThat(store.list("job")).extracting(Entry::name).containsExactly("checkpoint");
    assertThat(store.list(FOLDER)).extracting(Entry::name).containsExactly(NAME);
    assertThat(store.list("job/nothing")).isEmpty();
  }

  @Test
  void ofTwoRootsTheOlderCounts() throws Exception {
    DriveRoot first = root();
    new DriveFiles(bench.setup())
        .createFolder("Baton", "root", AppProperties.of(new StoreId("late"), AppProperties.ROOT));
    assertThat(root()).isEqualTo(first);
  }

  @Test
  void aStoreThatIsAskedForByNameIsItsOwn() throws Exception {
    Optional<String> name = Optional.of("Runs");
    DriveRoot runs = DriveRoot.findOrCreate(bench.setup(), name, () -> new StoreId("runs"));
    assertThat(runs.id()).isEqualTo(new StoreId("runs"));
    assertThat(DriveRoot.findOrCreate(bench.setup(), name, () -> new StoreId("no")))
        .isEqualTo(runs);
    assertThat(root()).isNotEqualTo(runs);
  }

  @Test
  void anotherClientIsRefusedBeforeAnyUpload() throws Exception {
    String folder = root().folderId();
    String narrow = consent("other", FakeAuth.DRIVE_FILE);
    String wide = consent("other", FakeAuth.DRIVE);
    assertThat(assertFails(Kind.UNREACHABLE, () -> DriveRoot.open(as(narrow), folder)))
        .hasMessageContaining("OAuth client that made it");
    assertThat(assertFails(Kind.UNREACHABLE, () -> DriveRoot.open(as(wide), folder)))
        .hasMessageContaining("bears no store id");
  }

  private String consent(String client, String scope) {
    return bench.drive().auth().consent(client, "user@example.com", scope);
  }

  /** Files that are shared with another user are visible to him too, through the same client. */
  @Test
  void anotherUserWithWhomTheRootIsSharedIsRefusedBeforeAnyUpload() throws Exception {
    String folder = root().folderId();
    String token =
        bench.drive().auth().consent(Bench.CLIENT, "bob@example.com", FakeAuth.DRIVE_FILE);
    DriveSetup bobs = bench.setup(Bench.SMALL, Bench.CLIENT, token);
    assertThat(assertFails(Kind.UNREACHABLE, () -> DriveRoot.open(bobs, folder)))
        .hasMessageContaining("user@example.com made it")
        .hasMessageContaining("bob@example.com");
    assertFails(
        Kind.UNREACHABLE,
        () -> DriveRoot.findOrCreate(bobs, Optional.empty(), () -> new StoreId("bobs")));
    assertThat(bench.drive().uploadsBegun()).isZero();
  }

  @Test
  void twoClientsOfOneUserHaveAStoreEach() throws Exception {
    DriveSetup other = as(consent("other", FakeAuth.DRIVE_FILE));
    DriveRoot others = DriveRoot.findOrCreate(other, Optional.empty(), () -> new StoreId("others"));
    assertThat(others.id()).isEqualTo(new StoreId("others"));
    assertThat(root()).isNotEqualTo(others);
  }

  @Test
  void aStoreOfAnEarlierBatonThatRecordedNobodyIsOpened() throws Exception {
    bench.drive().files().delete(root().folderId());
    String id =
        new DriveFiles(bench.setup())
            .createFolder(
                "Baton", "root", AppProperties.of(new StoreId("old"), AppProperties.ROOT));
    assertThat(DriveRoot.open(bench.setup(), id).id()).isEqualTo(new StoreId("old"));
  }

  @Test
  void aUserOfAVeryLongNameIsKnownAgain() {
    String name = "a".repeat(200) + "@example.com";
    DriveOwner owner = new DriveOwner(name, Optional.of("client"));
    File root = new File().setAppProperties(owner.labels());
    owner
        .labels()
        .forEach((key, value) -> assertThat((key + value).length()).isLessThanOrEqualTo(124));
    assertThat(owner.obstacle(root)).isEmpty();
    assertThat(new DriveOwner("b" + name, Optional.of("client")).obstacle(root)).isPresent();
    assertThat(new DriveOwner(name, Optional.of("other")).obstacle(root)).isPresent();
    assertThat(new DriveOwner(name, Optional.empty()).obstacle(root)).isEmpty();
  }

  private DriveSetup as(String token) {
    return bench.setup(Bench.SMALL, "other", token);
  }

  @Test
  void aRootInTheTrashIsRefused() throws Exception {
    String folder = root().folderId();
    bench.drive().files().trash(folder);
    assertThat(assertFails(Kind.UNREACHABLE, () -> DriveRoot.open(bench.setup(), folder)))
        .hasMessageContaining("restore it");
    assertThat(DriveRoot.find(bench.setup())).isEmpty();
  }

  @Test
  void aSessionFindsWhatItWroteThoughListsLag() throws Exception {
    bench.drive().files().indexLag(Duration.ofHours(1));
    store.createFolder("job/lagging");
    FileEntry entry = store.put("job/lagging", local(NAME), UNWATCHED);
    assertThat(store.locate("job/lagging", NAME)).isEqualTo(entry.storeId());
  }

  private Path local(String name) throws Exception {
    return Files.write(local.resolve(name), bytes);
  }

  @Test
  void theNextSessionWaitsForTheIndex() throws Exception {
    FileEntry entry = put();
    bench.drive().files().indexLag(Duration.ofSeconds(10));
    assertThat(bench.open().locate(FOLDER, NAME)).isEqualTo(entry.storeId());
  }

  @Test
  void whatIsInTheTrashIsSaidToBeThere() throws Exception {
    FileEntry entry = put();
    bench.drive().files().trash(entry.storeId());
    DriveStore next = bench.open();
    assertThat(assertFails(Kind.GONE, () -> next.locate(FOLDER, NAME)))
        .hasMessageContaining("restore it there");
  }

  @Test
  void aFolderTheUserRenamedIsStillFound() throws Exception {
    FileEntry entry = put();
    for (StoredFile file : bench.drive().files().all()) {
      bench.drive().files().rename(file.id(), "renamed");
    }
    assertThat(bench.open().locate(FOLDER, NAME)).isEqualTo(entry.storeId());
  }

  @Test
  void theSpaceIsReadWithTheTrashInIt() throws Exception {
    FileEntry entry = put();
    bench.drive().files().trash(entry.storeId());
    assertThat(DriveSpace.read(bench.setup()))
        .isEqualTo(new DriveSpace("user@example.com", OptionalLong.empty(), SIZE, SIZE));

    bench.drive().quota().limit(SIZE + 10);
    DriveSpace limited = DriveSpace.read(bench.setup());
    assertThat(limited.holds(10)).isTrue();
    assertThat(limited.holds(11)).isFalse();
  }

  @Test
  void aStoreNeverDeletesUpdatesOrEmptiesTheTrash() throws Exception {
    get(put());
    assertThat(bench.drive().count(Operation.DELETE)).isZero();
    assertThat(bench.drive().count(Operation.UPDATE)).isZero();
    assertThat(bench.drive().files().emptiedTrash()).isZero();
  }

  @Test
  void aFileThatWasRewrittenWithOtherBytesOfTheSameSizeIsNotHeld() throws Exception {
    FileEntry entry = put();
    assertThat(store.holds(entry)).isTrue();
    bench.drive().files().rewrite(entry.storeId(), new byte[bytes.length]);
    assertThat(store.holds(entry)).isFalse();
  }
}
