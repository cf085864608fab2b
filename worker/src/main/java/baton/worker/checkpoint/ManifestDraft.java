package baton.worker.checkpoint;

import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.Manifest.FileEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of a manifest that are known before the checkpoint's files are stored.
 *
 * @param counter the number of checkpoints that the lease has written, or tried to write, before
 * @param parent the checkpoint it extends, which may not be committed yet; empty for a job's first
 * @param inStore files of the parent's manifest that need not be stored again if they are
 *     unchanged; none after a check found one of them wrong
 * @param measurements all measurements since the parent
 */
public record ManifestDraft(
    JobId job,
    JobSpec spec,
    Fence fence,
    int counter,
    Optional<Sha256> parent,
    List<FileEntry> inStore,
    Optional<Sha256> dataDigest,
    Sha256 architectureHash,
    Map<String, String> numericProfile,
    List<Measurement> measurements,
    SessionId session,
    Instant time) {
  public ManifestDraft {
    inStore = List.copyOf(inStore);
    measurements = List.copyOf(measurements);
  }

  String folder(Position position) {
    return new CheckpointFolder(job, time, position, fence, counter).path();
  }

  Manifest manifest(StoreId store, Position position, List<FileEntry> files, Sha256 stateDigest) {
    return new Manifest(
        Manifest.FORMAT,
        job,
        spec.name(),
        store,
        fence,
        position,
        counter,
        folder(position),
        parent,
        files,
        stateDigest,
        spec.seed(),
        spec.parameters(),
        dataDigest,
        spec.program(),
        architectureHash,
        numericProfile,
        measurements,
        session,
        time);
  }
}
