package baton.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.FakeDrive;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import baton.storage.drive.transfer.DrivePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any bad day whatever: the bytes are right or the error is typed, there is no second file of a
 * name, and none that is not whole.
 */
class RandomFaultsTest {
  private static final int DAYS = Integer.getInteger("baton.drive.days", 100);
  private static final long FIRST_SEED = Long.getLong("baton.drive.seed", 1);
  private static final int LARGEST = 4 * DrivePolicy.BLOCK;

  @TempDir Path folder;

  @Test
  void bytesAreRightOrTheErrorIsTyped() throws Exception {
    int uploaded = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + DAYS; seed++) {
      try {
        uploaded += day(seed) ? 1 : 0;
      } catch (Exception | AssertionError e) {
        throw new AssertionError("run with -Dbaton.drive.days=1 -Dbaton.drive.seed=" + seed, e);
      }
    }
    // A store that always gives up would pass the rest.
    assertThat(uploaded).isBetween(DAYS / 3, DAYS - DAYS / 20);
  }

  private boolean day(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt(LARGEST)];
    random.nextBytes(bytes);
    Path file = Files.write(folder.resolve("f-" + seed), bytes);
    try (Bench bench = new Bench(folder.resolve("drive-" + seed), seed)) {
      DriveStore store = bench.open();
      store.createFolder("job/c");
      int rules = random.nextInt(7);
      for (int i = 0; i < rules; i++) {
        spoil(bench.drive(), random, bytes.length);
      }
      boolean uploaded = upload(store, file, bytes, bench.drive());
      requireNothingTorn(bench.drive(), file, bytes);
      return uploaded;
    }
  }

  private boolean upload(DriveStore store, Path file, byte[] bytes, FakeDrive drive)
      throws Exception {
    FileEntry entry;
    try {
      entry = store.put("job/c", file, n -> {});
    } catch (StoreException e) {
      DriveStory.assertTypedForPeople(e);
      return false;
    }
    assertThat(drive.files().byId(entry.storeId()).orElseThrow().bytes().map(this::read))
        .hasValueSatisfying(stored -> assertThat(stored).isEqualTo(bytes));
    download(store, entry, bytes);
    return true;
  }

  private void download(DriveStore store, FileEntry entry, byte[] bytes) throws Exception {
    try {
      store.get(entry.storeId(), folder.resolve("copy"), n -> {});
      assertThat(Files.readAllBytes(folder.resolve("copy"))).isEqualTo(bytes);
    } catch (StoreException e) {
      DriveStory.assertTypedForPeople(e);
    }
  }

  private void requireNothingTorn(FakeDrive drive, Path file, byte[] bytes) {
    List<StoredFile> visible = drive.files().named(file.getFileName().toString());
    assertThat(visible).hasSizeLessThanOrEqualTo(1);
    visible.forEach(stored -> assertThat(stored.bytes().map(this::read)).contains(bytes));
  }

  private byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final List<Operation> STRUCK =
      List.of(
          Operation.START_UPLOAD,
          Operation.CHUNK,
          Operation.CHUNK,
          Operation.CHUNK,
          Operation.UPLOAD_STATUS,
          Operation.GENERATE_IDS,
          Operation.GET,
          Operation.DOWNLOAD,
          Operation.TOKEN);

  private static void spoil(FakeDrive drive, Random random, int size) {
    Operation operation = STRUCK.get(random.nextInt(STRUCK.size()));
    int times = random.nextInt(20) == 0 ? 1_000 : 1 + random.nextInt(3);
    drive.faults().from(operation, 1 + random.nextInt(4), times, action(drive, random, size));
  }

  private static Action action(FakeDrive drive, Random random, int size) {
    return switch (random.nextInt(15)) {
      case 0 -> new Action.Refuse(500 + random.nextInt(4), "backendError");
      case 1 -> new Action.Refuse(429, "rateLimitExceeded");
      case 2 -> new Action.Refuse(403, "userRateLimitExceeded");
      case 3 -> new Action.Refuse(401, "authError");
      case 4, 5 -> new Action.CutRequest(random.nextInt(size + 1));
      case 6, 7 -> new Action.LoseReply();
      case 8 -> new Action.CutReply(random.nextInt(size + 1));
      case 9 -> new Action.NoProgress();
      case 10 -> new Action.ForgetSessions();
      case 11 -> new Action.First(drive.auth()::expireAccess);
      case 12 -> new Action.Refuse(400 + random.nextInt(30), "whatever");
      default ->
          random.nextInt(3) > 0
              ? new Action.IgnoreRange()
              : new Action.First(() -> drive.quota().limit(random.nextInt(size + 1)));
    };
  }
}
