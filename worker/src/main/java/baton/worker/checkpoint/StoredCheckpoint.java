package baton.worker.checkpoint;

import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.worker.segment.TroubleException;

/**
 * A checkpoint that is complete in the store.
 *
 * @param checkpoint the checkpoint in the relay's terms
 * @param text the manifest byte for byte as stored, which a commit carries
 */
public record StoredCheckpoint(Checkpoint checkpoint, Manifest manifest, String text) {

  /**
   * @throws TroubleException of kind PROGRAM if it was written for another job, or by another
   *     program
   */
  public void requireOf(JobId job, String program) throws TroubleException {
    if (!manifest.job().equals(job)) {
      throw foreign("the job %s, not %s".formatted(manifest.job(), job));
    }
    if (!manifest.program().equals(program)) {
      throw foreign("the program %s, not %s".formatted(manifest.program(), program));
    }
  }

  private TroubleException foreign(String whose) {
    return new TroubleException(
        Trouble.program(
            "The head %s at %s is a checkpoint of %s."
                .formatted(checkpoint.digest().brief(), checkpoint.position(), whose),
            "Submit the job again; this one cannot go on."));
  }

  static StoredCheckpoint of(Manifest manifest, String text) {
    return new StoredCheckpoint(manifest.checkpoint(ManifestJson.digest(text)), manifest, text);
  }
}
