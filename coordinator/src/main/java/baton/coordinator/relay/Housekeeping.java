package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.History.CheckpointMarked.Mark;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory.CheckpointRow;
import baton.coordinator.lease.JobStore;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<Sha256> deleted = ConcurrentHashMap.newKeySet();

  Housekeeping(JobStore jobs, CheckpointFiles files) {
    this.jobs = jobs;
    this.files = files;
  }

  /** Deletes what sessions left in the store that lost their lease before they committed it. */
  void sweep(JobId id) {
    Optional<Job> job = jobs.find(id).filter(j -> j.store().filter(files::reaches).isPresent());
    job.ifPresent(this::sweep);
  }

  private void sweep(Job job) {
    Set<Checkpoint> committed = new HashSet<>(job.chain()); // a restore adopts without a row
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
    // The history first: what is marked in it is in no chain that is read after it.
    List<CheckpointRow> rows = jobs.history(id).checkpoints();
    Optional<Job> job = jobs.find(id).filter(j -> j.store().filter(files::reaches).isPresent());
    if (job.isEmpty()) {
      return;
    }
    for (CheckpointRow row : rows) {
      boolean pruned = row.mark().equals(Optional.of(Mark.PRUNED));
      if (pruned && deleted.add(row.checkpoint().digest())) {
        delete(job.get(), row);
      }
    }
  }

  private void delete(Job job, CheckpointRow row) {
    try {
      files.delete(job.store().orElseThrow(), row.checkpoint(), job.chain());
    } catch (RuntimeException e) {
      deleted.remove(row.checkpoint().digest());
      LOG.warn(
          "The pruned checkpoint {} could not be deleted and will be tried again: {}",
          row.checkpoint().folder(),
          e.getMessage());
    }
  }
}
