package baton.coordinator.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.storage.CheckpointStore;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The manifests of checkpoints in a store. */
record Manifests(CheckpointStore store) {
  private static final int LOOKS = 2;

  Optional<String> find(Checkpoint checkpoint) throws StoreException {
    return store.find(checkpoint.folder() + "/" + Manifest.FILE_NAME);
  }

  /**
   * Finds the manifest of a checkpoint that was just written; waits as long as listings of the
   * store may lag.
   */
  Optional<String> await(Checkpoint checkpoint) throws StoreException {
    try {
      return Optional.of(store.locate(checkpoint.folder(), Manifest.FILE_NAME));
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The manifest, if its bytes have this digest; bytes that differ are read once more.
   *
   * @throws StoreException if the digest is right but the format is a newer one
   */
  Optional<Manifest> read(String storeId, Sha256 digest) throws StoreException {
    for (int look = 0; look < LOOKS; look++) {
      byte[] bytes = store.read(storeId, ManifestJson.LONGEST + 1);
      if (Sha256.of(bytes).equals(digest)) {
        return Optional.of(parse(new String(bytes, StandardCharsets.UTF_8)));
      }
    }
    return Optional.empty();
  }

  private static Manifest parse(String text) throws StoreException {
    try {
      return ManifestJson.read(text);
    } catch (IllegalArgumentException e) {
      throw new StoreException(StoreException.Kind.UNREACHABLE, e.getMessage() + ".", e);
    }
  }

  /** The manifest; empty if it is missing or was changed. */
  Optional<Manifest> readIfThere(Checkpoint checkpoint) throws StoreException {
    Optional<String> file = find(checkpoint);
    return file.isEmpty() ? Optional.empty() : read(file.get(), checkpoint.digest());
  }

  /**
   * The manifest, which must be there: without knowing the files it names, nothing can be deleted.
   */
  Manifest require(Checkpoint checkpoint) throws StoreException {
    return readIfThere(checkpoint)
        .orElseThrow(
            () ->
                new StoreException(
                    StoreException.Kind.GONE,
                    "The manifest in %s is missing or was changed, so nobody knows which files it needs."
                        .formatted(checkpoint.folder())));
  }

  /**
   * The store ids of all files that the manifests of these checkpoints name; every manifest must be
   * there.
   */
  Set<String> requireNamed(Collection<Checkpoint> checkpoints) throws StoreException {
    Set<String> named = new HashSet<>();
    for (Checkpoint checkpoint : checkpoints) {
      require(checkpoint).files().stream().map(FileEntry::storeId).forEach(named::add);
    }
    return named;
  }

  /** The same for the manifests that are there; a lost manifest needs no file any more. */
  Set<String> named(Collection<Checkpoint> checkpoints) throws StoreException {
    Set<String> named = new HashSet<>();
    for (Checkpoint checkpoint : checkpoints) {
      readIfThere(checkpoint).stream()
          .flatMap(manifest -> manifest.files().stream())
          .map(FileEntry::storeId)
          .forEach(named::add);
    }
    return named;
  }
}
