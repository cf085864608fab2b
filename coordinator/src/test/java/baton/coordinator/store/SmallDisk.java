package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import baton.protocol.JobId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestReporter;

/** A real file system of a few megabytes, which only root can mount; without one a test is skipped. */
record SmallDisk(Path folder) implements AutoCloseable {
  private static final int MORE_THAN_FITS = 2_000;

  static SmallDisk mount(Path folder, int megabytes, TestReporter reporter)
      throws IOException, InterruptedException {
    Files.createDirectory(folder);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    if (!mounted) {
      reporter.publishEntry("skipped", "a small disk can be mounted by root on Linux only");
    }
    assumeTrue(mounted, "a small disk can be mounted by root on Linux only");
    return new SmallDisk(folder);
  }

  /** Takes all the space that is left; to be deleted. */
  Path fill() throws IOException {
    Path filler = folder.resolve("filler");
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

  static void submitMoreThanFits(GroupCommitter committer, List<JobId> acknowledged) {
    for (int i = 0; i < MORE_THAN_FITS; i++) {
      submit(committer, "during-" + i, acknowledged);
    }
  }

  static void submit(GroupCommitter committer, String name, List<JobId> acknowledged) {
    committer.submit(Sample.submit(name)).toCompletableFuture().join();
    acknowledged.add(Sample.submit(name).id());
  }

  @Override
  public void close() throws InterruptedException {
    run("umount", folder.toString());
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
