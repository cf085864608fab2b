package baton.worker.child;

import baton.protocol.Position;
import baton.worker.segment.Snapshot;
import baton.worker.segment.SnapshotSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * A state that the child immediately writes into a folder of its own, so the snapshot outlives the
 * child and holds no memory.
 *
 * @param written completes when the files are written
 */
record ChildSnapshot(Position position, Path folder, CompletableFuture<Void> written)
    implements Snapshot {

  @Override
  public void writeTo(SnapshotSink sink) throws IOException {
    try {
      written.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the save was given up while the program wrote it");
    }
    for (Path file : filesIn(folder)) {
      link(file, sink.folder().resolve(file.getFileName()));
    }
  }

  /** Links a file, so that it remains for another attempt and takes no more disk space. */
  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, target);
    }
  }

  /** Deletes the files, after the child has written them. */
  @Override
  public void release() {
    written.whenComplete(
        (done, error) -> {
          try {
            PendingSaves.deleteAll(folder);
          } catch (IOException e) {
            // The next run of the program begins with an empty folder.
          }
        });
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
