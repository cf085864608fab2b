package baton.storage.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.ChangedFileException;
import baton.storage.CheckpointStore;
import baton.storage.CheckpointStore.Entry;
import baton.storage.CheckpointStoreContract;
import baton.storage.HashedFile;
import baton.storage.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest extends CheckpointStoreContract {
  @TempDir Path parent;
  private final AtomicInteger ids = new AtomicInteger();

  @Override
  protected CheckpointStore open() throws StoreException {
    return DirectoryStore.open(root(), this::newId);
  }

  private Path root() {
    return parent.resolve("store");
  }

  private StoreId newId() {
    return new StoreId("store-" + ids.incrementAndGet());
  }

  @Test
  void aFileThatIsGivenOnTheSameDiskIsKeptAsItIsAndAnotherIsCopied() throws Exception {
    store.createFolder(FOLDER);
    Path given = localFile("given", new byte[] {1, 2});
    Path lent = localFile("lent", new byte[] {3, 4});

    store.put(FOLDER, given(given), UNWATCHED);
    store.put(FOLDER, HashedFile.of(lent), UNWATCHED);

    assertThat(Files.isSameFile(root().resolve(FOLDER).resolve("given"), given)).isTrue();
    assertThat(Files.isSameFile(root().resolve(FOLDER).resolve("lent"), lent)).isFalse();
    assertThat(store.list(FOLDER)).extracting(Entry::name).containsOnly("given", "lent");
  }

  @Test
  void aGivenFileOnAnotherDiskIsCopied() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(parent.resolve("other"))) {
      store.createFolder(FOLDER);
      Path file = Files.write(disk.path().resolve("f"), new byte[] {1, 2});

      store.put(FOLDER, given(file), UNWATCHED);

      assertThat(root().resolve(FOLDER).resolve("f")).hasBinaryContent(new byte[] {1, 2});
    }
  }

  @Test
  void aGivenFileThatHasChangedSinceItWasHashedIsNotKept() throws Exception {
    store.createFolder(FOLDER);
    HashedFile file = given(localFile("f", new byte[] {1, 2}));
    localFile("f", new byte[] {1, 3});

    assertThatThrownBy(() -> store.put(FOLDER, file, UNWATCHED))
        .isInstanceOf(ChangedFileException.class);

    assertThat(root().resolve(FOLDER)).isEmptyDirectory();
  }

  @Test
  void aGivenFileTakesNoNameThatIsTaken() throws Exception {
    store.createFolder(FOLDER);
    store.put(FOLDER, given(localFile("f", new byte[] {1})), UNWATCHED);
    Path other =
        Files.write(Files.createDirectory(parent.resolve("more")).resolve("f"), new byte[2]);

    assertKind(Kind.EXISTS, () -> store.put(FOLDER, given(other), UNWATCHED));

    assertThat(root().resolve(FOLDER).resolve("f")).hasBinaryContent(new byte[] {1});
    assertThat(other).exists();
  }

  private static HashedFile given(Path file) throws IOException {
    HashedFile hashed = HashedFile.of(file);
    return new HashedFile(file, hashed.size(), hashed.sha256(), hashed.crc32c(), true);
  }

  @Test
  void ofAFileThatHasChangedSinceItWasHashedNothingIsSeen() throws Exception {
    store.createFolder(FOLDER);
    HashedFile file = HashedFile.of(localFile("f", new byte[] {1, 2}));
    localFile("f", new byte[] {1, 3});

    assertThatThrownBy(() -> store.put(FOLDER, file, UNWATCHED))
        .isInstanceOf(ChangedFileException.class);

    assertThat(root().resolve(FOLDER)).isEmptyDirectory();
  }

  @Test
  void anExistingDirectoryBecomesAStoreAndKeepsItsFiles() throws Exception {
    Path directory = Files.createDirectory(parent.resolve("photos"));
    Files.writeString(directory.resolve("cat.txt"), "meow");

    StoreId id = DirectoryStore.open(directory, this::newId).id();

    assertThat(directory.resolve("cat.txt")).hasContent("meow");
    assertThat(directory.resolve("baton-store.json"))
        .hasContent("{\"format\":1,\"id\":\"%s\"}".formatted(id));
    assertThat(namesIn(directory)).containsExactly("baton-store.json", "cat.txt");
  }

  @Test
  void ofTwoWhoOpenANewRootOneGivesItsId() throws Exception {
    for (int round = 0; round < 50; round++) {
      Path directory = Files.createDirectory(parent.resolve("round-" + round));
      List<StoreId> seen = inParallel(() -> DirectoryStore.open(directory, this::newId).id());
      assertThat(seen.get(0)).isEqualTo(seen.get(1));
      assertThat(namesIn(directory)).containsExactly("baton-store.json");
    }
  }

  @Test
  void aDirectoryThatIsNoStoreIsRefusedWithAReason() throws Exception {
    Path marker = root().resolve("baton-store.json");
    for (String text : List.of("", "garbage", "{\"format\":1}", "{\"format\":99,\"id\":\"x\"}")) {
      Files.writeString(marker, text);
      assertKind(Kind.UNREACHABLE, this::open);
      assertThat(marker).hasContent(text);
    }
  }

  @Test
  void aRootWhoseParentIsMissingIsNotMadeUp() {
    Path missing = parent.resolve("not-mounted").resolve("store");
    assertThatThrownBy(() -> DirectoryStore.open(missing, this::newId))
        .hasMessage(
            "The store at %s cannot be opened (no such file or directory): check that it is there, mounted and writable."
                .formatted(missing));
    assertThat(missing.getParent()).doesNotExist();
  }

  @Test
  void aFileIsUnderItsNameOnlyWhenItIsWhole() throws Exception {
    store.createFolder(FOLDER);
    Path stored = root().resolve(FOLDER).resolve("f");

    store.put(
        FOLDER, localFile("f", randomBytes(2_500_000)), bytes -> assertThat(stored).doesNotExist());

    assertThat(stored).hasBinaryContent(randomBytes(2_500_000));
    assertThat(namesIn(stored.getParent())).containsExactly("f");
  }

  @Test
  void whereTheMountIsMissingNothingIsGoneAndNothingIsWritten() throws Exception {
    store.createFolder(FOLDER);
    store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);
    Files.move(root(), parent.resolve("elsewhere"));
    assertEverythingIsUnreachable();

    Files.createDirectory(root());
    assertEverythingIsUnreachable();
    assertThat(root()).isEmptyDirectory();

    Files.delete(root());
    Files.move(parent.resolve("elsewhere"), root());
    assertThat(got(store, FOLDER + "/f")).containsExactly(1);
  }

  @Test
  void anotherStoreInItsPlaceIsNotTakenForIt() throws Exception {
    store.createFolder(FOLDER);
    store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);
    Files.move(root(), parent.resolve("elsewhere"));
    open();

    assertEverythingIsUnreachable();
  }

  private void assertEverythingIsUnreachable() {
    List<ThrowingCallable> calls =
        List.of(
            () -> store.createFolder("job/other"),
            () -> store.put(FOLDER, local.resolve("f"), UNWATCHED),
            () -> store.get(FOLDER + "/f", local.resolve("copy"), UNWATCHED),
            () -> store.locate(FOLDER, "f"));
    calls.forEach(call -> assertKind(Kind.UNREACHABLE, call));
  }

  @Test
  void theRootIsListedWithItsMarker() throws Exception {
    DirectoryStore directory =
        DirectoryStore.open(parent.resolve("listed"), () -> new StoreId("store-9"));
    directory.createFolder("job/b");
    directory.createFolder("job/a");

    assertThat(directory.list(""))
        .extracting(Entry::name)
        .containsExactly("baton-store.json", "job");
    assertThat(directory.list("job")).extracting(Entry::name).containsExactly("a", "b");
    assertThat(directory.list("job/nothing")).isEmpty();
    assertThatThrownBy(() -> directory.list("..")).isInstanceOf(StoreException.class);
  }

  @Test
  void aPathThatLeadsOutOfTheRootIsNeverFollowed() throws Exception {
    Files.writeString(parent.resolve("secret"), "secret");
    Files.createDirectories(root().resolve("job"));
    Files.createSymbolicLink(root().resolve("job/link"), parent);
    for (String path : List.of("../secret", "job/../../secret", "job/link/secret", "/etc/passwd")) {
      assertKind(Kind.GONE, () -> store.get(path, local.resolve("copy"), UNWATCHED));
      assertKind(Kind.GONE, () -> store.createFolder(path + "x"));
      assertKind(Kind.GONE, () -> store.put(path, localFile("f", new byte[1]), UNWATCHED));
    }
    assertThat(namesIn(parent)).containsExactly("secret", "store");
  }

  @Test
  void aFullDiskIsSaidToBeFullAndLeavesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(parent.resolve("small"))) {
      CheckpointStore small = DirectoryStore.open(disk.path(), this::newId);
      small.createFolder(FOLDER);

      assertKind(
          Kind.FULL, () -> small.put(FOLDER, localFile("f", randomBytes(4_000_000)), UNWATCHED));

      assertThat(disk.path().resolve(FOLDER)).isEmptyDirectory();
      small.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);
    }
  }

  private static List<String> namesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
