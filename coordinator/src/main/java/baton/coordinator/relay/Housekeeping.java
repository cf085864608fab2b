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
 * Deletes what was marked pruned, after the mark is durable (R13). A deletion that was cut short is
 * done again at the next start; deleting twice does no harm.
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

  /** Deletes what sessions left in the store that lost their lease before they committed it. */
  void sweep(JobId id) {
    reached(id).ifPresent(this::sweep);
  }

  private Optional<Job> reached(JobId id) {
    return jobs.find(id).filter(this::reaches);
  }

  /** Whether this coordinator reaches the job's store now. */
  boolean reaches(JobId id) {
    return reached(id).isPresent();
  }

  /** The same of a job that was read. */
  boolean reaches(Job job) {
    return job.store().filter(files::reaches).isPresent();
  }

  private void sweep(Job job) {
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
  void tidy(JobId id) {
    if (reached(id).isEmpty()) {
      return; // what it cannot delete grows with each commit, and need not be read with each
    }
    // The marks first: what they name is kept by no job that is read after them.
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
