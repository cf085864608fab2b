package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes checkpoints after their mark as pruned is durable (R13), and orphans. An interrupted
 * deletion is repeated at the next start; deleting twice does no harm.
 */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private final JobStore jobs;
  private final CheckpointFiles files;
  private final Clock clock;

  Housekeeping(JobStore jobs, CheckpointFiles files, Clock clock) {
    this.jobs = jobs;
    this.files = files;
    this.clock = clock;
  }

  /** Deletes the files of a job that sessions left uncommitted when they lost their lease. */
  void deleteOrphans(JobId id) {
    reached(id).ifPresent(this::deleteOrphans);
  }

  private Optional<Job> reached(JobId id) {
    return jobs.find(id).filter(this::reaches);
  }

  /** Whether this coordinator reaches the job's store now. */
  boolean reaches(JobId id) {
    return reached(id).isPresent();
  }

  /** The same for a job that was already read. */
  boolean reaches(Job job) {
    return job.store().filter(files::reaches).isPresent();
  }

  private void deleteOrphans(Job job) {
    Set<Checkpoint> committed = new HashSet<>(job.kept()); // old restores adopted without a row
    jobs.history(job.id()).checkpoints().forEach(row -> committed.add(row.checkpoint()));
    try {
      List<String> swept = files.sweep(job.store().orElseThrow(), job.id(), job.fence(), committed);
      if (!swept.isEmpty()) {
        LOG.info("{} orphans of {} were deleted.", swept.size(), job.spec().name());
      }
    } catch (RuntimeException e) {
      LOG.warn("The orphans of {} stay for now: {}", job.spec().name(), e.getMessage());
    }
  }

  /** Deletes the pruned checkpoints of a job whose store this coordinator reaches. */
  void deletePruned(JobId id) {
    if (reached(id).isEmpty()) {
      return; // the list of what it cannot delete grows with each commit, and need not be read
    }
    // The marks are read first, so that no job read later still keeps what they name.
    List<Checkpoint> pruned = jobs.history(id).toDelete();
    reached(id).ifPresent(job -> pruned.forEach(checkpoint -> delete(job, checkpoint)));
  }

  private void delete(Job job, Checkpoint pruned) {
    try {
      files.delete(job.store().orElseThrow(), pruned, job.kept());
      jobs.noteDeleted(job.id(), pruned.digest(), clock.instant());
    } catch (RuntimeException e) {
      LOG.warn(
          "The pruned checkpoint {} could not be deleted and will be tried again: {}",
          pruned.folder(),
          e.getMessage());
    }
  }
}
