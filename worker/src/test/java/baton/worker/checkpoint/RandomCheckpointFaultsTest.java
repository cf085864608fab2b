package baton.worker.checkpoint;

import static baton.storage.CheckpointStoreContract.UNWATCHED;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.drive.Bench;
import baton.storage.drive.fake.Action;
import baton.storage.drive.fake.FakeDrive;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A chain of checkpoints through any bad days whatever, several files at once: each save is whole
 * or typed as failed, no manifest shows that is not whole, and no file is there twice.
 */
class RandomCheckpointFaultsTest {
  private static final int DAYS = Integer.getInteger("baton.drive.days", 60);
  private static final long FIRST_SEED = Long.getLong("baton.drive.seed", 1);
  private static final int SAVES = 4;
  private static final List<Operation> STRUCK =
      List.of(
          Operation.CREATE,
          Operation.START_UPLOAD,
          Operation.CHUNK,
          Operation.CHUNK,
          Operation.UPLOAD_STATUS,
          Operation.GENERATE_IDS,
          Operation.ABOUT,
          Operation.GET,
          Operation.TOKEN);

  @TempDir Path folder;

  @Test
  void noManifestShowsThatIsNotWholeAndNothingCommittedIsLost() throws Exception {
    int saved = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + DAYS; seed++) {
      try {
        saved += day(seed);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("run with -Dbaton.drive.days=1 -Dbaton.drive.seed=" + seed, e);
      }
    }
    // A store that always gives up, or a fake that never fails, would pass the rest.
    assertThat(saved).isBetween(DAYS * SAVES / 3, DAYS * SAVES - DAYS / 10);
  }

  /** How many of the day's saves came to something. */
  private int day(long seed) throws Exception {
    Random random = new Random(seed);
    try (Bench bench = new Bench(folder.resolve("drive-" + seed), seed)) {
      Checkpoints worker = new Checkpoints(bench.open(), folder.resolve("spool"));
      Optional<StoredCheckpoint> head = Optional.empty();
      int saved = 0;
      for (int counter = 0; counter < SAVES; counter++) {
        for (int i = random.nextInt(4); i > 0; i--) {
          spoil(bench.drive(), random);
        }
        Optional<StoredCheckpoint> next = save(worker, counter, head);
        saved += next.isPresent() ? 1 : 0;
        head = next.isPresent() ? next : head;
        bench.drive().faults().clear();
        bench.drive().quota().unlimited();
        requireNothingTornOrTwice(bench.drive());
      }
      if (head.isPresent()) {
        Path into = folder.resolve("into");
        new Checkpoints(bench.open(), folder.resolve("other"))
            .restore(head.get().checkpoint(), into, UNWATCHED);
        assertThat(StateDigest.of(into)).isEqualTo(head.get().checkpoint().stateDigest());
      }
      return saved;
    }
  }

  private static Optional<StoredCheckpoint> save(
      Checkpoints worker, int counter, Optional<StoredCheckpoint> head) throws Exception {
    try {
      ManifestDraft draft = States.draft(counter, head);
      return Optional.of(worker.save(draft, States.after(counter + 1), UNWATCHED));
    } catch (StoreException e) {
      assertThat(e.kind()).isNotEqualTo(Kind.CORRUPT);
      assertThat(e).hasMessageMatching("(?s)[A-Z].*\\.");
      return Optional.empty();
    }
  }

  private static void requireNothingTornOrTwice(FakeDrive drive) throws IOException {
    assertThat(drive.files().all().stream().filter(file -> !file.isFolder()))
        .extracting(file -> file.parent() + "/" + file.name())
        .doesNotHaveDuplicates();
    for (StoredFile manifest : drive.files().named(Manifest.FILE_NAME)) {
      String text = Files.readString(manifest.bytes().orElseThrow());
      for (FileEntry entry : ManifestJson.read(text).files()) {
        StoredFile file = drive.files().byId(entry.storeId()).orElseThrow();
        assertThat(file.size()).isEqualTo(entry.size());
        assertThat(file.sha256()).isEqualTo(entry.sha256().hex());
      }
    }
  }

  private static void spoil(FakeDrive drive, Random random) {
    Operation operation = STRUCK.get(random.nextInt(STRUCK.size()));
    int times = random.nextInt(6) == 0 ? 1_000 : 1 + random.nextInt(3);
    drive.faults().from(operation, 1 + random.nextInt(6), times, action(drive, random));
  }

  private static Action action(FakeDrive drive, Random random) {
    return switch (random.nextInt(11)) {
      case 0 -> new Action.Refuse(500 + random.nextInt(4), "backendError");
      case 1 -> new Action.Refuse(403, "userRateLimitExceeded");
      case 2 -> new Action.Refuse(401, "authError");
      case 3, 4 -> new Action.CutRequest(random.nextInt(200));
      case 5, 6 -> new Action.LoseReply();
      case 7 -> new Action.NoProgress();
      case 8 -> new Action.ForgetSessions();
      case 9 -> new Action.First(drive.auth()::expireAccess);
      default -> new Action.First(() -> drive.quota().limit(random.nextInt(2_000)));
    };
  }
}
