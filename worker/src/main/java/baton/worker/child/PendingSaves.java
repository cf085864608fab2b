package baton.worker.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The saves that the child was asked to make, by number, until their files are written. */
final class PendingSaves {
  private final Path folder;
  private final Map<Integer, CompletableFuture<Void>> written = new ConcurrentHashMap<>();
  private int last;

  /** Empties the folder: no one uses the files of an earlier run any more. */
  PendingSaves(Path folder) throws IOException {
    this.folder = folder;
    deleteAll(folder);
    Files.createDirectories(folder);
  }

  /** Makes the folder of a save; returns the order for the child. */
  ToChild.Save next() throws IOException {
    int id = ++last;
    written.put(id, new CompletableFuture<>());
    Path made = Files.createDirectory(folder.resolve("save-" + id));
    return new ToChild.Save(id, made.toAbsolutePath().toString());
  }

  CompletableFuture<Void> written(int id) {
    return written.getOrDefault(id, new CompletableFuture<>());
  }

  void heard(FromChild.Saved saved) {
    CompletableFuture<Void> save = written.get(saved.id());
    if (save != null && saved.error().isPresent()) {
      save.completeExceptionally(
          new IOException("the program could not write its state: " + saved.error().get()));
    } else if (save != null) {
      save.complete(null);
    }
  }

  boolean areUnderWay() {
    return written.values().stream().anyMatch(save -> !save.isDone());
  }

  /** Fails all unfinished saves: the child has ended. */
  void end() {
    IOException why = new IOException("the program ended before its state was written");
    written.values().forEach(save -> save.completeExceptionally(why));
  }

  static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(folder)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
