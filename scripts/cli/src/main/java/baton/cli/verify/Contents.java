package baton.cli.verify;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.StateDigest;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The result of fetching each file of a checkpoint and comparing it with the manifest.
 *
 * @param there how many files are there
 * @param gone the paths of files that are not
 * @param defects what is wrong with files that are there, as sentences
 */
record Contents(int there, List<String> gone, List<String> defects) {
  Contents {
    gone = List.copyOf(gone);
    defects = List.copyOf(defects);
  }

  boolean isWhole() {
    return gone.isEmpty();
  }

  /**
   * Reads the files; if the checkpoint is complete, its state digest is recomputed.
   *
   * @param scratch an empty folder, and empty again afterwards
   */
  static Contents read(CheckpointStore store, Found found, Path scratch)
      throws StoreException, IOException {
    Manifest manifest = found.manifest().orElseThrow();
    List<String> gone = new ArrayList<>();
    List<String> defects = new ArrayList<>();
    try {
      for (FileEntry file : manifest.files()) {
        String path = manifest.folder() + "/" + file.name();
        Path copy = scratch.resolve(file.name());
        Sha256 sha256;
        try {
          sha256 = store.get(file.storeId(), copy, moved -> {});
        } catch (StoreException e) {
          if (e.kind() != StoreException.Kind.GONE) {
            throw e;
          }
          gone.add(path);
          continue;
        }
        compare(path, file, copy, sha256, defects);
      }
      if (gone.isEmpty() && defects.isEmpty() && !stateOf(scratch).equals(manifest.stateDigest())) {
        defects.add(found.path() + " has another state digest than its files give.");
      }
      return new Contents(manifest.files().size() - gone.size(), gone, defects);
    } finally {
      empty(scratch);
    }
  }

  private static void compare(
      String path, FileEntry file, Path copy, Sha256 sha256, List<String> defects)
      throws IOException {
    long size = Files.size(copy);
    if (size != file.size()) {
      defects.add(
          "%s has %d bytes, where its manifest says %d.".formatted(path, size, file.size()));
    } else if (!sha256.equals(file.sha256())) {
      defects.add(path + " has other bytes than its manifest's sha256 says.");
    }
  }

  private static Sha256 stateOf(Path folder) throws IOException {
    return StateDigest.of(folder);
  }

  private static void empty(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> inside = Files.list(folder)) {
      files = inside.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }
}
