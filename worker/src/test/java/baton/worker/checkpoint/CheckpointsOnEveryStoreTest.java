package baton.worker.checkpoint;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StateDigest;
import baton.storage.CheckpointStore;
import baton.storage.directory.DirectoryStore;
import baton.storage.drive.Bench;
import baton.storage.drive.RealDrive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with every store, whatever it is made of. */
class CheckpointsOnEveryStoreTest {
  private static final String REAL_DRIVE = "BATON_TEST_DRIVE_CREDENTIALS";

  abstract static class OnOneStore {
    @TempDir Path local;

    /** Opens the store as one more session would; all sessions of a test open the same one. */
    abstract CheckpointStore open() throws Exception;

    @Test
    void severalFilesArePutAndGotAtOnce() throws Exception {
      CheckpointStore store = open();
      store.createFolder("job/folder");
      AtomicLong moved = new AtomicLong();
      List<ParallelTransfers.Move<FileEntry>> puts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Path file = Files.write(local.resolve("part-" + i), randomBytes(700_000 + i));
        puts.add(watch -> store.put("job/folder", file, watch));
      }
      List<FileEntry> entries = ParallelTransfers.run(puts, moved::addAndGet);
      assertThat(moved).hasValue(6 * 700_000 + 15);

      CheckpointStore next = open();
      List<ParallelTransfers.Move<Path>> gets = new ArrayList<>();
      for (FileEntry entry : entries) {
        Path copy = local.resolve("copy of " + entry.name());
        gets.add(
            watch -> {
              next.get(entry.storeId(), copy, watch);
              return copy;
            });
      }
      List<Path> copies = ParallelTransfers.run(gets, UNWATCHED);
      for (int i = 0; i < 6; i++) {
        assertThat(entries.get(i).name()).isEqualTo("part-" + i);
        assertThat(Sha256.ofFile(copies.get(i))).isEqualTo(entries.get(i).sha256());
      }
    }

    private static byte[] randomBytes(int count) {
      byte[] bytes = new byte[count];
      new Random(count).nextBytes(bytes);
      return bytes;
    }

    @Test
    void aCheckpointIsSavedAndRestoredByAnotherSession() throws Exception {
      Checkpoints saving = new Checkpoints(open(), local.resolve("spool"));
      StoredCheckpoint saved =
          saving.save(States.draft(0, Optional.empty()), States.after(1), UNWATCHED);

      Checkpoints restoring = new Checkpoints(open(), local.resolve("other spool"));
      Path into = local.resolve("into");
      assertThat(restoring.restore(saved.checkpoint(), into, UNWATCHED)).isEqualTo(saved);
      assertThat(StateDigest.of(into)).isEqualTo(saved.checkpoint().stateDigest());
    }
  }

  @Nested
  class InADirectory extends OnOneStore {
    @Override
    CheckpointStore open() throws Exception {
      return DirectoryStore.open(local.resolve("store"), () -> new StoreId("store-1"));
    }
  }

  @Nested
  class OnGoogleDrive extends OnOneStore {
    @TempDir Path bytes;
    private Bench bench;

    @Override
    CheckpointStore open() throws Exception {
      if (bench == null) {
        bench = new Bench(bytes, 1);
      }
      return bench.open();
    }

    @AfterEach
    void stop() throws Exception {
      bench.close();
    }
  }

  @Nested
  @EnabledIfEnvironmentVariable(named = REAL_DRIVE, matches = ".+")
  class OnTheRealGoogleDrive extends OnOneStore {
    private RealDrive drive;

    @Override
    CheckpointStore open() throws Exception {
      if (drive == null) {
        drive = RealDrive.create(Path.of(System.getenv(REAL_DRIVE)));
      }
      return drive.open();
    }

    @AfterEach
    void delete() throws Exception {
      drive.close();
    }
  }
}
