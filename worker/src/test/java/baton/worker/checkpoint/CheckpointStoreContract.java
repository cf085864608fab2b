package baton.worker.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
abstract class CheckpointStoreContract {
  static final LongConsumer UNWATCHED = bytes -> {};
  static final String FOLDER = "job/folder";

  @TempDir Path local;
  CheckpointStore store;

  /** Opens the store as one more session would; all sessions of a test open the same one. */
  abstract CheckpointStore open() throws Exception;

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

  static <T> List<T> inParallel(Callable<T> task) throws Exception {
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

  @Test
  void severalFilesArePutAndGotAtOnce() throws Exception {
    store.createFolder(FOLDER);
    AtomicLong moved = new AtomicLong();
    List<SideBySide.Move<FileEntry>> puts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Path file = localFile("part-" + i, randomBytes(700_000 + i));
      puts.add(watch -> store.put(FOLDER, file, watch));
    }
    List<FileEntry> entries = SideBySide.run(puts, moved::addAndGet);
    assertThat(moved).hasValue(6 * 700_000 + 15);

    CheckpointStore next = open();
    List<SideBySide.Move<Path>> gets = new ArrayList<>();
    for (FileEntry entry : entries) {
      Path copy = local.resolve("copy of " + entry.name());
      gets.add(
          watch -> {
            next.get(entry.storeId(), copy, watch);
            return copy;
          });
    }
    List<Path> copies = SideBySide.run(gets, UNWATCHED);
    for (int i = 0; i < 6; i++) {
      assertThat(entries.get(i).name()).isEqualTo("part-" + i);
      assertThat(Sha256.ofFile(copies.get(i))).isEqualTo(entries.get(i).sha256());
    }
  }

  @Test
  void aCheckpointIsSavedAndRestoredByAnotherSession() throws Exception {
    Checkpoints saving = new Checkpoints(store, local.resolve("spool"));
    StoredCheckpoint saved =
        saving.save(States.draft(0, Optional.empty()), States.after(1), UNWATCHED);

    Checkpoints restoring = new Checkpoints(open(), local.resolve("other spool"));
    Path into = local.resolve("into");
    assertThat(restoring.restore(saved.checkpoint(), into, UNWATCHED)).isEqualTo(saved);
    assertThat(StateDigest.of(into)).isEqualTo(saved.checkpoint().stateDigest());
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
  void anErrorOfTheLocalDiskIsNotTheStores() throws Exception {
    store.createFolder(FOLDER);
    FileEntry entry = store.put(FOLDER, localFile("f", new byte[] {1}), UNWATCHED);

    assertThatThrownBy(() -> store.put(FOLDER, local.resolve("missing"), UNWATCHED))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> store.get(entry.storeId(), local.resolve("missing").resolve("f"), UNWATCHED))
        .isInstanceOf(IOException.class);
  }

  static void assertKind(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
              assertThat(e).hasMessageMatching("(?s)[A-Z].*\\.");
            });
  }

  byte[] got(CheckpointStore from, String storeId) throws Exception {
    Path copy = local.resolve("copy");
    from.get(storeId, copy, UNWATCHED);
    return Files.readAllBytes(copy);
  }

  Path localFile(String name, byte[] bytes) throws IOException {
    return Files.write(local.resolve(name), bytes);
  }

  static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
