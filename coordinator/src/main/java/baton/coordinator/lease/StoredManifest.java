package baton.coordinator.lease;

import baton.protocol.Checkpoint;
import baton.protocol.Measurement;
import baton.protocol.NumericProfile;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import java.time.Instant;
import java.util.List;

/**
 * A checkpoint as its manifest in the store describes it.
 *
 * @param profile the numeric profile under which it was trained
 * @param savedAt by the clock of the worker that saved it; not used for ordering
 */
public record StoredManifest(
    StoreId store,
    Checkpoint checkpoint,
    SessionId session,
    NumericProfile profile,
    List<Measurement> measurements,
    Instant savedAt) {
  public StoredManifest {
    measurements = List.copyOf(measurements);
  }

  /**
   * @param digest the digest of the manifest's text
   */
  public static StoredManifest of(Manifest manifest, Sha256 digest) {
    return new StoredManifest(
        manifest.store(),
        manifest.checkpoint(digest),
        manifest.session(),
        new NumericProfile(manifest.numericProfile()),
        manifest.measurements(),
        manifest.time());
  }
}
