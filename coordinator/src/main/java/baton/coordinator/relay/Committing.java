package baton.coordinator.relay;

import baton.coordinator.lease.Commit;
import baton.coordinator.lease.GiveWay;
import baton.coordinator.lease.Job;
import baton.protocol.Data;
import baton.protocol.Fence;
import baton.protocol.NumericProfile;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Verified;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.util.Optional;

/**
 * A holder's request to commit a checkpoint.
 *
 * @param parent digest of the head it extends
 * @param manifest the text of its manifest, byte for byte
 * @param finalReason why training ends here, before the last epoch
 */
public record Committing(
    Optional<Sha256> parent, Position position, String manifest, Optional<String> finalReason) {

  /**
   * Reads the manifest, compares it with the request, and returns the command. Its files are not
   * checked yet, only the worker has vouched for them.
   *
   * @param fence the fence of the committing lease
   * @throws BadCommit if the manifest cannot be read, has no files, or names another job, store,
   *     parent, position, folder or session
   */
  Commit command(Job job, Fence fence, Sha256 secretHash) {
    Manifest read = parse();
    require(read.job().equals(job.id()), "job " + read.job());
    require(job.store().filter(read.store()::equals).isPresent(), "store " + read.store());
    require(read.parent().equals(parent), "another parent than the commit");
    require(read.position().equals(position), "position " + read.position());
    require(read.program().equals(job.spec().program()), "program " + read.program());
    require(read.seed() == job.spec().seed(), "seed " + read.seed());
    require(read.dataDigest().equals(job.spec().data().map(Data::digest)), "other data");
    require(!read.files().isEmpty(), "no files");
    require(isFolderOf(read, fence), "the folder " + read.folder());
    require(
        job.lease().filter(lease -> lease.fence().equals(fence)).stream()
            .allMatch(lease -> lease.ask().session().equals(read.session())),
        "session " + read.session());
    return new Commit(
        fence,
        secretHash,
        read.checkpoint(ManifestJson.digest(manifest)),
        profile(read),
        read.measurements(),
        finalReason,
        Verified.WORKER,
        GiveWay.NOT_NOW);
  }

  /** No two leases share a folder (R6): its name contains the job, position and fence. */
  private static boolean isFolderOf(Manifest read, Fence fence) {
    return CheckpointFolder.parse(read.folder()).stream()
        .anyMatch(
            folder ->
                folder.job().equals(read.job())
                    && folder.position().equals(read.position())
                    && folder.fence().equals(fence));
  }

  private static NumericProfile profile(Manifest read) {
    try {
      return new NumericProfile(read.numericProfile());
    } catch (IllegalArgumentException e) {
      throw new BadCommit(
          BadCommit.Kind.MANIFEST_UNREADABLE, "The manifest cannot be: " + e.getMessage() + ".");
    }
  }

  private Manifest parse() {
    try {
      return ManifestJson.read(manifest);
    } catch (IllegalArgumentException e) {
      throw new BadCommit(BadCommit.Kind.MANIFEST_UNREADABLE, e.getMessage());
    }
  }

  private static void require(boolean held, String what) {
    if (!held) {
      throw new BadCommit(
          BadCommit.Kind.MANIFEST_MISMATCH,
          "The manifest names " + what + ", which is not what is committed here.");
    }
  }
}
