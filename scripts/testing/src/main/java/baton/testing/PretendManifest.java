package baton.testing;

import baton.protocol.Grant;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A manifest that is correct except that the files it names are in no store. */
public final class PretendManifest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
  private static final int BYTES = 1024;

  private PretendManifest() {}

  /**
   * The text of the manifest.
   *
   * @param counter how many manifests the lease has written before it
   * @param state the state whose digests are taken
   */
  public static String of(
      Grant grant,
      SessionId session,
      Position position,
      int counter,
      Optional<Sha256> parent,
      String state) {
    Sha256 digest = Sha256.ofText(state);
    String folder =
        new CheckpointFolder(grant.job(), TIME, position, grant.fence(), counter).path();
    String file = "model.safetensors";
    return ManifestJson.write(
        new Manifest(
            Manifest.FORMAT,
            grant.job(),
            grant.spec().name(),
            grant.store(),
            grant.fence(),
            position,
            counter,
            folder,
            parent,
            List.of(new Manifest.FileEntry(file, BYTES, digest, folder + "/" + file)),
            digest,
            grant.spec().seed(),
            grant.spec().parameters(),
            Optional.empty(),
            grant.spec().program(),
            Sha256.ofText("no layers"),
            Map.of("device", "none"),
            List.of(new Measurement(position, Map.of("loss", 0.5))),
            session,
            TIME));
  }
}
