package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real file system of a few megabytes, which can be filled to its last byte. */
final class SmallDisk implements AutoCloseable {
  private static final String SKIPPED = "a small disk can be mounted by root on Linux only";

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  /** Skips the test where it cannot be mounted. */
  static SmallDisk mount(Path parent, int megabytes) throws IOException, InterruptedException {
    Path root = Files.createDirectory(parent.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString()),
        SKIPPED);
    return new SmallDisk(root);
  }

  Path root() {
    return root;
  }

  /** Takes all the space that is left. */
  void fill() throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(page);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  void free() throws IOException {
    Files.delete(filler());
  }

  private Path filler() {
    return root.resolve("filler");
  }

  @Override
  public void close() throws InterruptedException {
    run("umount", "--lazy", root.toString());
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
