package baton.cli.verify;

import baton.protocol.NumericProfile;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;

/**
 * A manifest as found in the store.
 *
 * @param folder the name of its folder, which does not depend on its text
 * @param manifest its content; empty if it cannot be read
 * @param defect what is wrong with it, as part of a sentence
 */
record Found(
    CheckpointFolder folder, Sha256 digest, Optional<Manifest> manifest, Optional<String> defect) {

  /** The order by which a recovery finds a head: the highest fence, then the furthest position. */
  static final Comparator<Found> NEWEST_LAST =
      Comparator.comparing((Found found) -> found.folder.fence())
          .thenComparing(found -> found.folder.position())
          .thenComparing(found -> found.folder.counter());

  static Found of(CheckpointFolder folder, byte[] text) {
    Sha256 digest = Sha256.of(text);
    try {
      Manifest manifest = ManifestJson.read(new String(text, StandardCharsets.UTF_8));
      new NumericProfile(manifest.numericProfile()); // rejects an invalid profile
      return new Found(folder, digest, Optional.of(manifest), Optional.empty());
    } catch (IllegalArgumentException e) {
      return new Found(
          folder, digest, Optional.empty(), Optional.of("cannot be used: " + e.getMessage()));
    }
  }

  Found with(String whatIsWrong) {
    return new Found(folder, digest, manifest, Optional.of(whatIsWrong));
  }

  /** The path of its file, for people. */
  String path() {
    return folder.path() + "/" + Manifest.FILE_NAME;
  }
}
