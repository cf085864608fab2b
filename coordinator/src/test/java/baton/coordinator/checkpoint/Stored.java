package baton.coordinator.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import baton.protocol.checkpoint.ManifestJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A checkpoint for tests, with the text of its manifest. */
public record Stored(Checkpoint checkpoint, Manifest manifest, String text) {
  public static final StoreId STORE = new StoreId("store-1");
  public static final JobId JOB = new JobId("job-1");

  /** Where a checkpoint of this fence and counter lies. */
  public static String folder(long fence, int counter) {
    return new CheckpointFolder(
            JOB,
            Instant.parse("2026-01-02T03:04:05Z"),
            Position.ofEpochs(counter + 1),
            new Fence(fence),
            counter)
        .path();
  }

  public static FileEntry entry(String name, String content, String storeId) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new FileEntry(name, bytes.length, Sha256.of(bytes), storeId);
  }

  public static Stored of(long fence, int counter, List<FileEntry> files) {
    Sha256 any = Sha256.ofText("any");
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            JOB,
            "digits",
            STORE,
            new Fence(fence),
            Position.ofEpochs(counter + 1),
            counter,
            folder(fence, counter),
            Optional.empty(),
            files,
            any,
            7,
            Map.of(),
            Optional.empty(),
            "digits",
            any,
            Map.of(),
            List.of(),
            new SessionId("session-1"),
            Instant.parse("2026-01-02T03:04:05Z"));
    return of(manifest, ManifestJson.write(manifest));
  }

  /** The same checkpoint, had this text been committed as its manifest. */
  public static Stored of(Manifest manifest, String text) {
    return new Stored(
        new Checkpoint(
            ManifestJson.digest(text),
            manifest.parent(),
            manifest.position(),
            manifest.fence(),
            manifest.folder(),
            manifest.stateDigest(),
            manifest.bytes(),
            1),
        manifest,
        text);
  }

  public String path(String name) {
    return checkpoint.folder() + "/" + name;
  }
}
