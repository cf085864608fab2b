package baton.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore.Entry;
import baton.storage.CheckpointStore.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store does, whatever it is made of. */
public abstract class CheckpointStoreContract {
  public static final LongConsumer UNWATCHED = bytes -> {};
  protected static final String FOLDER = "job/folder";

  @TempDir protected Path local;
  protected CheckpointStore store;

  /** Opens the store as one more session would; all sessions of a test open the same one. */
  protected abstract CheckpointStore open() throws Exception;

  @BeforeEach
  void openFirst() throws Exception {
    store = open();
  }

  @Test
  void everySessionReadsTheSameId() throws Exception {
    assertThat(open().id()).isEqualTo(store.id());
  }

  @Test
  void whatWasPutIsGotByAnotherSessionByteForByte() throws Exception {
    byte[] bytes = randomBytes(3_000_001);
    store.createFolder(FOLDER);

    FileEntry entry = store.put(FOLDER, localFile("model.safetensors", bytes), UNWATCHED);

    assertThat(entry.name()).isEqualTo("model.safetensors");
    assertThat(entry.size()).isEqualTo(bytes.length);
    assertThat(entry.sha256()).isEqualTo(Sha256.of(bytes));
    assertThat(got(open(), entry.storeId())).isEqualTo(bytes);
    assertThat(open().locate(FOLDER, "model.safetensors")).isEqualTo(entry.storeId());
  }

  @Test
  void whatIsGotIsToldByItsSha256() throws Exception {
    byte[] bytes = randomBytes(2_500_000);
    store.createFolder(FOLDER);
    String id = store.put(FOLDER, localFile("f", bytes), UNWATCHED).storeId();

    assertThat(open().get(id, local.resolve("copy"), UNWATCHED)).isEqualTo(Sha256.of(bytes));
  }

  @Test
  void aFileThatHasChangedSinceItWasHashedIsRefusedAndNoFaultOfTheStore() throws Exception {
    byte[] bytes = randomBytes(300_000);
    HashedFile file = HashedFile.of(localFile("f", bytes));
    store.createFolder(FOLDER);
    bytes[200_000] ^= 1;
    localFile("f", bytes);

    assertThatThrownBy(() -> store.put(FOLDER, file, UNWATCHED))
        .isInstanceOf(ChangedFileException.class)
        .hasMessage("the file f was changed while it was being stored");
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("empty", new byte[0]), UNWATCHED);
    assertThat(got(store, entry.storeId())).isEmpty();
  }

  @Test
  void progressCountsEveryByteOnce() throws Exception {
    AtomicLong moved = new AtomicLong();
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("f", randomBytes(2_500_000)), moved::addAndGet);
    assertThat(moved.getAndSet(0)).isEqualTo(2_500_000);

    store.get(entry.storeId(), local.resolve("copy"), moved::addAndGet);
    assertThat(moved).hasValue(2_500_000);
  }

  @Test
  void anExistingFolderIsRefused() throws Exception {
    store.createFolder(FOLDER);
    assertKind(Kind.EXISTS, () -> open().createFolder(FOLDER));
  }

  @Test
  void ofTwoWritersWithOneFolderNameOneIsRefused() throws Exception {
    for (int round = 0; round < 20; round++) {
      String folder = "job/round-" + round;
      List<Boolean> created = inParallel(() -> tryToCreate(open(), folder));
      assertThat(created).containsExactlyInAnyOrder(true, false);
    }
  }

  private static boolean tryToCreate(CheckpointStore store, String folder) throws StoreException {
    try {
      store.createFolder(folder);
      return true;
    } catch (StoreException e) {
      assertThat(e.kind()).isEqualTo(Kind.EXISTS);
      return false;
    }
  }

  protected static <T> List<T> inParallel(Callable<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(List.of(task, task))) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aTakenNameIsNotOverwritten() throws Exception {
    store.createFolder(FOLDER);
    FileEntry first = store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);
    Path second = localFile("f", new byte[] {2});

    assertKind(Kind.EXISTS, () -> store.put(FOLDER, second, UNWATCHED));
    assertThat(got(store, first.storeId())).containsExactly(1);
  }

  @Test
  void anAbandonedPutLeavesNothingVisibleAndCanBeRepeated() throws Exception {
    store.createFolder(FOLDER);
    Path file = localFile("f", randomBytes(2_500_000));
    AtomicLong moved = new AtomicLong();

    assertThatThrownBy(
            () ->
                store.put(
                    FOLDER,
                    file,
                    bytes -> {
                      if (moved.addAndGet(bytes) > 1_500_000) {
                        throw new CancellationException("abandoned");
                      }
                    }))
        .isInstanceOf(CancellationException.class);
    assertKind(Kind.GONE, () -> store.locate(FOLDER, "f"));

    FileEntry entry = store.put(FOLDER, file, UNWATCHED);
    assertThat(got(store, entry.storeId())).isEqualTo(Files.readAllBytes(file));
  }

  /** Where a store tells no sha256, a file of the right size may be it. */
  @Test
  void aFileOfTheSameSizeAndOtherBytesIsHeldByNoStoreThatTellsTheSha256() throws Exception {
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("f", randomBytes(1_000)), UNWATCHED);
    FileEntry other = new FileEntry("f", 1_000, Sha256.ofText("other bytes"), entry.storeId());
    boolean tells = store.stat(entry.storeId()).orElseThrow().sha256().isPresent();
    assertThat(open().holds(other)).isEqualTo(!tells);
  }

  @Test
  void whatWasPutIsHeldAndWhatWasNotIsNot() throws Exception {
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("f", randomBytes(1_000)), UNWATCHED);
    assertThat(open().holds(entry)).isTrue();

    FileEntry longer = new FileEntry("f", 1_001, entry.sha256(), entry.storeId());
    assertThat(open().holds(longer)).isFalse();
    FileEntry elsewhere = new FileEntry("f", 1_000, entry.sha256(), FOLDER + "/g");
    assertThat(open().holds(elsewhere)).isFalse();
  }

  @Test
  void whatIsNotThereIsGone() throws Exception {
    store.createFolder(FOLDER);
    assertKind(Kind.GONE, () -> store.locate(FOLDER, "f"));
    assertKind(Kind.GONE, () -> store.locate("job/other", "f"));
    assertKind(Kind.GONE, () -> store.get(FOLDER + "/f", local.resolve("f"), UNWATCHED));
    assertKind(Kind.GONE, () -> store.get(FOLDER, local.resolve("f"), UNWATCHED));
  }

  @Test
  void whatLiesInAFolderIsListedByName() throws Exception {
    store.createFolder("job/b");
    store.createFolder("job/a");
    store.put("job/a", localFile("g", new byte[] {1}), UNWATCHED);
    String id = store.put("job/a", localFile("f", new byte[] {1}), UNWATCHED).storeId();

    CheckpointStore other = open();
    assertThat(other.list("job")).extracting(Entry::path).containsExactly("job/a", "job/b");
    assertThat(other.list("job")).allMatch(Entry::isFolder);
    List<Entry> files = other.list("job/a");
    assertThat(files).extracting(Entry::path).containsExactly("job/a/f", "job/a/g");
    assertThat(files).extracting(Entry::name).containsExactly("f", "g");
    assertThat(files).noneMatch(Entry::isFolder);
    assertThat(files.get(0).storeId()).isEqualTo(id);
    assertThat(other.list("job/b")).isEmpty();
    assertThat(other.list("job/c")).isEmpty();
  }

  @Test
  void aWalkLooksIntoTheFoldersThatItIsToldTo() throws Exception {
    for (String folder : List.of("job/a", "job/b", "photos/a")) {
      store.createFolder(folder);
      store.put(folder, localFile("f", new byte[] {1}), UNWATCHED);
    }

    List<String> paths =
        open().walk(path -> path.startsWith("job") && !path.equals("job/b")).stream()
            .map(Entry::path)
            .toList();

    assertThat(paths).contains("job", "photos", "job/a", "job/b", "job/a/f");
    assertThat(paths).doesNotContain("photos/a", "photos/a/f", "job/b/f");
    assertThat(paths.indexOf("job")).isLessThan(paths.indexOf("job/a"));
    assertThat(paths.indexOf("job/a")).isLessThan(paths.indexOf("job/a/f"));
  }

  @Test
  void aFileIsFoundByItsPathAndToldByItsId() throws Exception {
    store.createFolder(FOLDER);
    byte[] bytes = randomBytes(1_000);
    FileEntry entry = store.put(FOLDER, localFile("f", bytes), UNWATCHED);

    CheckpointStore other = open();
    assertThat(other.find(FOLDER + "/f")).contains(entry.storeId());
    assertThat(other.find(FOLDER + "/g")).isEmpty();
    Stat told = other.stat(entry.storeId()).orElseThrow();
    assertThat(told.size()).isEqualTo(1_000);
    assertThat(told.mayBe(entry)).isTrue();
    Sha256 sha256 = told.sha256().isPresent() ? told.sha256().get() : other.digest(entry.storeId());
    assertThat(sha256).isEqualTo(entry.sha256());
    assertThat(other.stat("nothing")).isEmpty();
    assertThat(other.stat("../nothing")).isEmpty();
  }

  @Test
  void asMuchIsReadAsWasAskedFor() throws Exception {
    store.createFolder(FOLDER);
    byte[] bytes = randomBytes(1_000);
    String id = store.put(FOLDER, localFile("f", bytes), UNWATCHED).storeId();
    String empty = store.put(FOLDER, localFile("empty", new byte[0]), UNWATCHED).storeId();

    assertThat(open().read(id, 2_000)).isEqualTo(bytes);
    assertThat(open().read(id, 10)).isEqualTo(Arrays.copyOf(bytes, 10));
    assertThat(open().read(empty, 10)).isEmpty();
    assertKind(Kind.GONE, () -> store.read("nothing", 10));
  }

  @Test
  void onlyWhatMayGoIsDeletedAndTwiceIsNoError() throws Exception {
    Map<String, String> ids = new HashMap<>();
    for (String path : List.of("job/a/f", "job/a/g", "job/b/f", "other/a/f")) {
      String folder = path.substring(0, path.lastIndexOf('/'));
      if (!ids.containsKey("job/a/f") || !folder.equals("job/a")) {
        store.createFolder(folder);
      }
      Path file = localFile(path.substring(path.lastIndexOf('/') + 1), randomBytes(9));
      ids.put(path, store.put(folder, file, UNWATCHED).storeId());
    }
    List<String> all = new ArrayList<>(ids.values());
    all.add("nothing");

    CheckpointStore other = open();
    other.delete("job", all, path -> path.endsWith("/f"));
    other.delete("job", all, path -> path.endsWith("/f"));

    assertThat(other.list("job/a")).extracting(Entry::name).containsExactly("g");
    assertThat(other.list("job/b")).isEmpty();
    assertThat(other.list("other/a")).extracting(Entry::name).containsExactly("f");
    assertThat(other.stat(ids.get("job/a/f"))).isEmpty();
  }

  @Test
  void theStoresClockDatesItsFiles() throws Exception {
    Instant before = store.now();
    store.createFolder(FOLDER);
    store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);

    assertThat(open().list(FOLDER).get(0).changed())
        .isBetween(before.minusSeconds(2), store.now().plusSeconds(2));
  }

  @Test
  void anErrorOfTheLocalDiskIsNotTheStores() throws Exception {
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);

    assertThatThrownBy(() -> store.put(FOLDER, local.resolve("missing"), UNWATCHED))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> store.get(entry.storeId(), local.resolve("missing").resolve("f"), UNWATCHED))
        .isInstanceOf(IOException.class);
  }

  public static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e).hasMessageMatching("(?s)[A-Z].*\\.");
            });
  }

  protected byte[] got(CheckpointStore from, String storeId) throws Exception {
    Path copy = local.resolve("copy");
    from.get(storeId, copy, UNWATCHED);
    return Files.readAllBytes(copy);
  }

  protected Path localFile(String name, byte[] bytes) throws IOException {
    return Files.write(local.resolve(name), bytes);
  }

  protected static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
