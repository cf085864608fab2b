package baton.storage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk of one mebibyte, where the machine lets us mount one. */
public record SmallDisk(Path path) implements AutoCloseable {

  public static SmallDisk mount(Path path) throws IOException {
    Files.createDirectory(path);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path.toString()),
        "SKIPPED the full disk: this user may not mount a tmpfs");
    return new SmallDisk(path);
  }

  @Override
  public void close() {
    run("umount", path.toString());
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
