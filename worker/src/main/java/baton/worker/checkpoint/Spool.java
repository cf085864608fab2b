package baton.worker.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A local folder for the files of one checkpoint; empty between checkpoints. */
record Spool(Path path) {
  private static final String ASIDE = ".aside";

  /** Empties the folder, and creates it if necessary. */
  void empty() throws IOException {
    Files.createDirectories(path);
    List<Path> inside;
    try (Stream<Path> all = Files.walk(path)) {
      inside = all.filter(file -> !file.equals(path)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : inside) {
      Files.delete(file);
    }
  }

  void emptyQuietly() {
    try {
      empty();
    } catch (IOException e) {
      // The next use empties it first, and reports a failure.
    }
  }

  /** Writes a file beside the checkpoint's files, whose names it cannot collide with. */
  Path writeAside(String name, String text) throws IOException {
    return Files.writeString(Files.createDirectories(path.resolve(ASIDE)).resolve(name), text);
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(path.resolve(name), text);
  }
}
