package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.fake.Faults;
import baton.storage.drive.fake.StoredFile;
import baton.storage.drive.transfer.DrivePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A session with a folder to save into, and words for what became of a file. */
abstract class DriveStory {
  static final String FOLDER = "job/checkpoint";
  static final String NAME = "model.safetensors";
  static final int BLOCK = DrivePolicy.BLOCK;

  /** Not a multiple of anything. */
  static final int SIZE = 5 * BLOCK + 4_321;

  static final LongConsumer UNWATCHED = bytes -> {};

  @TempDir Path local;
  @TempDir Path remote;
  Bench bench;
  DriveStore store;
  byte[] bytes;

  @BeforeEach
  void openStore() throws Exception {
    bench = new Bench(remote, 1);
    store = bench.open();
    store.createFolder(FOLDER);
    bytes = randomBytes(SIZE);
  }

  @AfterEach
  void stop() throws IOException {
    bench.close();
  }

  static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  Faults faults() {
    return bench.drive().faults();
  }

  FileEntry put() throws StoreException, IOException {
    return put(NAME);
  }

  FileEntry put(String name) throws StoreException, IOException {
    return store.put(FOLDER, Files.write(local.resolve(name), bytes), UNWATCHED);
  }

  byte[] get(FileEntry entry) throws StoreException, IOException {
    Path copy = local.resolve("copy");
    store.get(entry.storeId(), copy, UNWATCHED);
    return Files.readAllBytes(copy);
  }

  /** What Drive shows under the name. */
  List<StoredFile> visible() {
    return bench.drive().files().named(NAME);
  }

  void assertUploadedOnce(FileEntry entry) throws IOException {
    assertThat(entry.sha256()).isEqualTo(Sha256.of(bytes));
    assertThat(entry.size()).isEqualTo(bytes.length);
    assertThat(visible()).extracting(StoredFile::id).containsExactly(entry.storeId());
    assertThat(Files.readAllBytes(visible().get(0).bytes().orElseThrow())).isEqualTo(bytes);
  }

  /** Fails as it should: with this kind, for people, and never as corruption. */
  static StoreException assertFails(Kind kind, ThrowableAssert.ThrowingCallable call) {
    Throwable thrown = ThrowableAssert.catchThrowable(call);
    assertThat(thrown).isInstanceOf(StoreException.class);
    StoreException failure = (StoreException) thrown;
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    assertTypedForPeople(failure);
    return failure;
  }

  static void assertTypedForPeople(StoreException failure) {
    assertThat(failure.kind()).isNotEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageMatching("(?s)[A-Z].*[.;,] .*\\.").hasNoCause();
  }
}
