package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.CheckpointFiles.Verdict;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.ReportCorrupt.OwnCheck;
import baton.protocol.Checkpoint;
import baton.protocol.Verified;

/** The coordinator's own check of a checkpoint's files, where it can reach the store. */
final class Evidence {
  private final CheckpointFiles files;

  Evidence(CheckpointFiles files) {
    this.files = files;
  }

  /**
   * Checks the files of a commit, whose store {@linkplain #mayReach may be reached}, before it is
   * decided (R5).
   *
   * @throws BadCommit if a file is missing or differs
   * @throws CommitUnchecked if the store cannot be read now
   */
  Verified ofCommit(Job job, Checkpoint checkpoint) {
    if (!reaches(job)) {
      files
          .awaited()
          .ifPresent(
              why -> {
                throw new CommitUnchecked(why);
              });
      return Verified.WORKER;
    }
    Verdict verdict = files.check(job.store().orElseThrow(), checkpoint);
    if (verdict instanceof Verdict.Missing missing) {
      throw new BadCommit(
          BadCommit.Kind.FILE_MISSING,
          "The file %s of %s is not in the store. Upload it, then commit again."
              .formatted(missing.file(), checkpoint.folder()));
    }
    if (verdict instanceof Verdict.Different different) {
      throw new BadCommit(
          BadCommit.Kind.FILE_DIFFERENT,
          "The file %s of %s has not the size and sha256 of the manifest. Save again in a new folder."
              .formatted(different.file(), checkpoint.folder()));
    }
    if (verdict instanceof Verdict.Unreachable unreachable) {
      throw new CommitUnchecked(unreachable.why());
    }
    return Verified.COORDINATOR;
  }

  /**
   * Checks a head that a session reports corrupt; a store that cannot be read proves nothing (R3).
   */
  OwnCheck ofAccusation(Job job) {
    if (!reaches(job) || job.head().isEmpty()) {
      return OwnCheck.NOT_MADE;
    }
    Verdict verdict = files.check(job.store().orElseThrow(), job.head().get());
    if (verdict instanceof Verdict.Different) {
      return OwnCheck.CORRUPT;
    }
    if (verdict instanceof Verdict.Missing) {
      return OwnCheck.MISSING;
    }
    return verdict instanceof Verdict.Sound ? OwnCheck.SOUND : OwnCheck.NOT_MADE;
  }

  /** Whether the job's store is reached, or a store is still being looked for, which may be it. */
  boolean mayReach(Job job) {
    return reaches(job) || files.awaited().isPresent();
  }

  /** Whether this coordinator reaches the job's store now. */
  private boolean reaches(Job job) {
    return job.store().filter(files::reaches).isPresent();
  }
}
