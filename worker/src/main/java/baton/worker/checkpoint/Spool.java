package baton.worker.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A local folder that holds the files of one checkpoint, and is empty otherwise. */
record Spool(Path path) {
  private static final String ASIDE = ".aside";

  /** Empties it, and creates it if need be. */
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
      // The next use empties it first, and says so if it cannot.
    }
  }

  /** Beside the files of the checkpoint, whatever a program called them. */
  Path writeAside(String name, String text) throws IOException {
    return Files.writeString(Files.createDirectories(path.resolve(ASIDE)).resolve(name), text);
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(path.resolve(name), text);
  }
}
