package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.TransitionListener;
import baton.protocol.JobId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Decides when to delete files in the stores of jobs and to measure their free space; always in the
 * background.
 */
final class StoreMaintenance implements TransitionListener {
  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

  private final Housekeeping housekeeping;
  private final FreeSpaceMonitor freeSpace;
  private final Executor io;
  private final Supplier<Duration> ticker;

  /**
   * Jobs found at the start whose stores could not be reached yet: a mount or a bucket may come
   * later.
   */
  private final Set<JobId> notReachedYet = ConcurrentHashMap.newKeySet();

  private final Set<JobId> due = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isRunning = new AtomicBoolean();
  private Duration nextLook; // confined to the thread that ticks

  StoreMaintenance(
      Housekeeping housekeeping,
      FreeSpaceMonitor freeSpace,
      Executor io,
      Supplier<Duration> ticker) {
    this.housekeeping = housekeeping;
    this.freeSpace = freeSpace;
    this.io = io;
    this.ticker = ticker;
    this.nextLook = ticker.get().plus(BETWEEN_LOOKS);
  }

  /**
   * Does what an earlier coordinator may have left undone.
   *
   * @param newest the newest jobs, since a job may have been completed by the commit whose
   *     deletions were interrupted
   */
  void begin(List<Job> open, List<Job> newest) {
    open.forEach(job -> notReachedYet.add(job.id()));
    io.execute(() -> takeUp(open));
    newest.stream()
        .filter(job -> job.state().isOver())
        .forEach(job -> io.execute(() -> housekeeping.deletePruned(job.id())));
  }

  private void takeUp(List<Job> open) {
    for (Job job : open) {
      if (housekeeping.reaches(job) && notReachedYet.remove(job.id())) {
        io.execute(() -> housekeeping.deletePruned(job.id()));
        io.execute(() -> housekeeping.deleteOrphans(job.id()));
      }
    }
  }

  /**
   * Runs after each commit, which prunes and fills the store. After a repeated commit it runs
   * again, which does no harm.
   */
  @Override
  public void answered(JobId job, Command command, Outcome outcome) {
    if (command instanceof Commit && outcome instanceof Outcome.Committed) {
      due.add(job);
      if (isRunning.compareAndSet(false, true)) {
        try {
          io.execute(this::deleteAndMeasureDue);
        } catch (RejectedExecutionException e) {
          return; // the coordinator stops; the next one begins with it
        }
      }
    }
  }

  /**
   * Handles all jobs that have committed meanwhile, so that a slow store does not make tasks pile
   * up.
   */
  private void deleteAndMeasureDue() {
    isRunning.set(false); // before the look, since a job that is added later may not be seen
    for (JobId job : Set.copyOf(due)) {
      if (due.remove(job) && housekeeping.reaches(job)) {
        housekeeping.deletePruned(job);
        freeSpace.look(job);
      }
    }
  }

  /**
   * Measures free space periodically: others fill a store too, so it is not enough to look after a
   * commit.
   */
  void look(List<Job> open) {
    if (ticker.get().compareTo(nextLook) < 0) {
      return;
    }
    nextLook = ticker.get().plus(BETWEEN_LOOKS);
    freeSpace.forgetAllBut(open);
    notReachedYet.retainAll(open.stream().map(Job::id).collect(Collectors.toSet()));
    List<Job> left = open.stream().filter(job -> notReachedYet.contains(job.id())).toList();
    if (!left.isEmpty()) {
      io.execute(() -> takeUp(left));
    }
    open.stream()
        .filter(job -> job.lease().isPresent() && job.begun())
        .forEach(job -> io.execute(() -> freeSpace.look(job.id())));
  }
}
