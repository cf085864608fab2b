package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.MakeRoom;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Transitions;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that the next checkpoint of each job fits into its store: prunes older checkpoints
 * first, and reports what is still missing. Training goes on meanwhile; the last committed head
 * stays.
 */
final class FreeSpaceMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(FreeSpaceMonitor.class);
  private static final double GB = 1e9;

  private final JobStore jobs;
  private final Transitions transitions;
  private final CheckpointFiles files;
  private final Consumer<JobId> deletePruned;
  private final Map<JobId, String> lacking = new ConcurrentHashMap<>();

  /**
   * @param deletePruned deletes the pruned checkpoints of a job
   */
  FreeSpaceMonitor(
      JobStore jobs, Transitions transitions, CheckpointFiles files, Consumer<JobId> deletePruned) {
    this.jobs = jobs;
    this.transitions = transitions;
    this.files = files;
    this.deletePruned = deletePruned;
  }

  /** What the store of this job lacks, in a sentence; empty if nothing. */
  Optional<String> shortage(JobId job) {
    return Optional.ofNullable(lacking.get(job));
  }

  void forgetAllBut(List<Job> open) {
    lacking.keySet().retainAll(open.stream().map(Job::id).toList());
  }

  /** Checks whether a checkpoint as large as the head fits, and frees space if it does not. */
  CompletionStage<Void> look(JobId id) {
    if (lackOf(id).isEmpty()) {
      lacking.remove(id);
      return CompletableFuture.completedStage(null);
    }
    return transitions
        .apply(id, new MakeRoom())
        .thenAccept(outcome -> tell(id, outcome))
        .exceptionally(
            failure -> {
              LOG.warn("No room could be made for now: {}", failure.getMessage());
              return null;
            });
  }

  private void tell(JobId id, Outcome outcome) {
    deletePruned.accept(id);
    Optional<String> still = lackOf(id);
    if (still.isEmpty()) {
      lacking.remove(id);
    } else if (!still.equals(Optional.ofNullable(lacking.put(id, still.get())))) {
      LOG.warn("{}: {}", id, still.get());
    }
  }

  private Optional<String> lackOf(JobId id) {
    Optional<Job> job = jobs.find(id).filter(j -> j.store().filter(files::reaches).isPresent());
    Optional<Checkpoint> head = job.flatMap(Job::head);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong left = files.room(job.get().store().orElseThrow());
    return left.isPresent() && left.getAsLong() < head.get().bytes()
        ? Optional.of(sentence(job.get(), head.get(), left.getAsLong()))
        : Optional.empty();
  }

  private static String sentence(Job job, Checkpoint head, long left) {
    long kept = job.kept().stream().mapToLong(Checkpoint::bytes).sum();
    return "The store has %s left, and the next checkpoint needs about %s: training goes on, and %s stays the last durable one. Make room there (in Google Drive the trash counts as used), or submit with fewer to keep; this job keeps %s."
        .formatted(text(left), text(head.bytes()), head.position(), text(kept));
  }

  private static String text(long bytes) {
    return bytes < GB / 10
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
