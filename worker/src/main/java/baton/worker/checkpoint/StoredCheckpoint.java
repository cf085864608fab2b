package baton.worker.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;

/**
 * A checkpoint that lies whole in the store.
 *
 * @param checkpoint as the relay knows it
 * @param text of the manifest, byte for byte as stored; what a commit carries
 */
public record StoredCheckpoint(Checkpoint checkpoint, Manifest manifest, String text) {

  static StoredCheckpoint of(Manifest manifest, String text) {
    return new StoredCheckpoint(
        new Checkpoint(
            ManifestJson.digest(text),
            manifest.parent(),
            manifest.position(),
            manifest.fence(),
            manifest.folder(),
            manifest.stateDigest(),
            manifest.bytes()),
        manifest,
        text);
  }
}
