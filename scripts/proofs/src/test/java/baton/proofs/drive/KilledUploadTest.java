package baton.proofs.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import baton.cli.process.JavaProcess;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.message.CheckpointView;
import baton.storage.drive.fake.Operation;
import baton.storage.drive.fake.StoredFile;
import baton.testing.PlainPython;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker killed with SIGKILL at every request of a save, and the next one that takes over. The
 * fake Drive counts the requests since a save began, kills, and then still does what was asked, as
 * Drive would with a request that is on its way.
 */
@Tag("proof")
@Timeout(400)
class KilledUploadTest {
  /** A save of a script's four files takes about so many requests. */
  private static final int POINTS = Integer.getInteger("baton.killPoints", 18);

  /** So many of the kills come in the second save of a worker, so that the head moves between. */
  private static final int EVERY = 4;

  @TempDir Path folder;
  private DriveRig rig;

  @BeforeAll
  static void withPython() {
    PlainPython.assume("KilledUploadTest");
  }

  @BeforeEach
  void aCoordinatorAndADrive() throws IOException {
    rig = new DriveRig(folder);
  }

  @AfterEach
  void nobodyIsLeft() throws IOException {
    if (rig != null) {
      rig.close();
    }
  }

  @Test
  void killedAtEveryRequestOfASaveTheRelayEndsExactlyWithNothingTornOrTwice() throws Exception {
    Sha256 exact = unbroken();
    JobId relay = rig.submit("relay", 40);
    int killed = 0;
    for (int point = 1; point <= POINTS; point++) {
      int savesBefore = point % EVERY == 0 ? 1 : 0;
      killed += dies(point, savesBefore, relay) ? 1 : 0;
      rig.assertNothingTornOrTwice();
    }
    assertThat(killed).as("the job was not over too soon").isEqualTo(POINTS);

    rig.worker("last", "--once");
    assertThat(rig.complete(relay).head().stateDigest()).isEqualTo(exact);
    rig.assertNothingTornOrTwice();
    everyCommitIsThere(relay);
  }

  private Sha256 unbroken() throws Exception {
    JobId unbroken = rig.submit("unbroken", 40);
    JavaProcess worker = rig.worker("first", "--once");
    Sha256 digest = rig.complete(unbroken).head().stateDigest();
    worker.awaitEnd();
    return digest;
  }

  /** Whether a worker was killed at its {@code point}th request since a save of its began. */
  private boolean dies(int point, int savesBefore, JobId job) throws Exception {
    AtomicReference<JavaProcess> victim = new AtomicReference<>();
    AtomicInteger saves = new AtomicInteger();
    AtomicInteger requests = new AtomicInteger();
    rig.drive.watch(
        operation -> {
          boolean begins = operation == Operation.ABOUT;
          int begun = begins ? saves.incrementAndGet() : saves.get();
          if (begun > savesBefore && requests.incrementAndGet() == point) {
            await().until(() -> victim.get() != null);
            victim.get().kill();
          }
        });
    victim.set(rig.worker("killed-at-" + point));
    await()
        .atMost(DriveRig.PATIENCE)
        .until(() -> !victim.get().isAlive() || rig.job(job).state().equals("COMPLETE"));
    rig.drive.watch(operation -> {});
    return !victim.get().isAlive();
  }

  private void everyCommitIsThere(JobId job) throws Exception {
    for (CheckpointView row : rig.admin().checkpoints(job)) {
      String name = row.checkpoint().folder().replaceFirst(".*/", "");
      StoredFile folder =
          rig.drive.files().all().stream()
              .filter(file -> file.name().equals(name))
              .findFirst()
              .orElseThrow();
      assertThat(rig.drive.files().named(Manifest.FILE_NAME))
          .filteredOn(file -> file.parent().equals(folder.id()))
          .as("the manifest of %s", name)
          .hasSize(1);
    }
  }
}
