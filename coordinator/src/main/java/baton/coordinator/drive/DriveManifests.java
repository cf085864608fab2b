package baton.coordinator.drive;

import baton.protocol.Checkpoint;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.DriveItem;
import baton.storage.drive.DriveKeeper;
import java.util.Optional;

/** The manifests of checkpoints on Drive, found by their labels and read by their ids. */
record DriveManifests(DriveKeeper keeper) {
  private static final int LOOKS = 2;

  /** The manifest's file, for which lists that lag are given time. */
  Optional<DriveItem> await(Checkpoint checkpoint) throws StoreException {
    return keeper.await(pathOf(checkpoint));
  }

  Optional<DriveItem> find(Checkpoint checkpoint) throws StoreException {
    return keeper.find(pathOf(checkpoint));
  }

  /**
   * The manifest, if its bytes have this digest; bytes that differ are read once more.
   *
   * @throws StoreException if they have it, and it is of a newer form
   */
  Optional<Manifest> read(DriveItem file, Sha256 digest) throws StoreException {
    for (int look = 0; look < LOOKS; look++) {
      String text = keeper.read(file, ManifestJson.LONGEST + 1);
      if (Sha256.ofText(text).equals(digest)) {
        return Optional.of(parse(text));
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

  Optional<Manifest> readIfThere(Checkpoint checkpoint) throws StoreException {
    Optional<DriveItem> file = find(checkpoint);
    return file.isEmpty() ? Optional.empty() : read(file.get(), checkpoint.digest());
  }

  /** Without knowing what it names, nothing can be deleted. */
  Manifest require(Checkpoint checkpoint) throws StoreException {
    return readIfThere(checkpoint)
        .orElseThrow(
            () ->
                new StoreException(
                    StoreException.Kind.GONE,
                    "The manifest in %s is missing or was changed, so nobody knows which files it needs."
                        .formatted(checkpoint.folder())));
  }

  static String pathOf(Checkpoint checkpoint) {
    return checkpoint.folder() + "/" + Manifest.FILE_NAME;
  }
}
