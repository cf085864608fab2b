package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.JobId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system of four megabytes. */
class FullDiskTest {
  @TempDir Path parent;
  private Path disk;

  @BeforeEach
  void mount(TestReporter reporter) throws IOException, InterruptedException {
    disk = Files.createDirectory(parent.resolve("disk"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
    if (!mounted) {
      reporter.publishEntry("skipped", "a small disk can be mounted by root on Linux only");
    }
    assumeTrue(mounted, "a small disk can be mounted by root on Linux only");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  @Test
  void aFullDiskIsToldAsSuchAndLosesNothingAcknowledged() throws IOException {
    List<JobId> acknowledged = new ArrayList<>();
    try (SqlJobStore store = open();
        GroupCommitter committer =
            GroupCommitter.start(store, new RecordedSignals(), Clock.systemUTC())) {
      submit(committer, "before", acknowledged);
      Path filler = fill();

      assertThatThrownBy(() -> submitMany(committer, "during", acknowledged))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StoreUnavailable.class)
          .hasMessage(
              "The disk under the database %s is full. Free some space; the coordinator then goes on by itself."
                  .formatted(disk.resolve("baton.db")));
      assertThat(store.open()).as("reading goes on").hasSameSizeAs(acknowledged);

      Files.delete(filler);
      submit(committer, "after", acknowledged);
    }
    try (SqlJobStore reopened = open()) {
      assertThat(reopened.open()).hasSameSizeAs(acknowledged);
      assertThat(acknowledged).allMatch(id -> reopened.find(id).isPresent());
    }
  }

  @Test
  void aStartOnAFullDiskIsRefusedInASentence() throws IOException {
    fill();

    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is full. Free some space");
  }

  private SqlJobStore open() {
    return new SqlJobStore(SqliteDatabase.open(disk.resolve("baton.db")));
  }

  private static void submitMany(GroupCommitter committer, String name, List<JobId> acknowledged) {
    for (int i = 0; i < 2_000; i++) {
      submit(committer, name + "-" + i, acknowledged);
    }
  }

  private static void submit(GroupCommitter committer, String name, List<JobId> acknowledged) {
    committer.submit(Sample.submit(name)).toCompletableFuture().join();
    acknowledged.add(Sample.submit(name).id());
  }

  /** Takes all the space that is left. */
  private Path fill() throws IOException {
    Path filler = disk.resolve("filler");
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
      return filler;
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
