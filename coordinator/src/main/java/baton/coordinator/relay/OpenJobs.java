package baton.coordinator.relay;

import baton.coordinator.lease.Command;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.TransitionListener;
import baton.protocol.JobId;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A cache of the jobs that are not over, so that choosing among thousands of them does not query
 * the database for each.
 *
 * <ol>
 *   <li>Now and then all jobs are read.
 *   <li>In between, jobs that are known to have changed are read again when the list is used.
 * </ol>
 *
 * <p>It may lag behind what another coordinator has just done. It only serves to propose a job; the
 * decision is made on the state in the database.
 */
final class OpenJobs implements TransitionListener {
  private static final Duration READ_WHOLE_EVERY = Duration.ofSeconds(2);
  private static final Comparator<Job> AS_SUBMITTED =
      Comparator.comparing(Job::submittedAt).thenComparing(job -> job.id().value());

  private final JobStore jobs;
  private final Supplier<Duration> ticker;
  private final Set<JobId> changed = ConcurrentHashMap.newKeySet();
  private final Map<JobId, Job> open = new HashMap<>();
  private final NavigableSet<Job> inOrder = new TreeSet<>(AS_SUBMITTED);
  private Optional<Duration> readWholeAt = Optional.empty();
  private final NavigableMap<Integer, Integer> priorities = new TreeMap<>();
  private Optional<List<Job>> list = Optional.empty();

  OpenJobs(JobStore jobs, Supplier<Duration> ticker) {
    this.jobs = jobs;
    this.ticker = ticker;
  }

  @Override
  public void submitted(Submit submit) {
    changed(submit.id());
  }

  @Override
  public void answered(JobId job, Command command, Outcome outcome) {
    changed(job);
  }

  @Override
  public void failed(JobId job) {
    changed(job);
  }

  /** A job has changed, or may have. */
  void changed(JobId job) {
    changed.add(job);
  }

  /** All open jobs, in the order of their submission. */
  synchronized List<Job> all() {
    refresh();
    if (list.isEmpty()) {
      list = Optional.of(List.copyOf(inOrder));
    }
    return list.get();
  }

  /**
   * Whether there is a job with at least this priority; the cost does not depend on the number of
   * jobs.
   */
  synchronized boolean haveAny(int leastPriority) {
    refresh();
    return !priorities.isEmpty() && priorities.lastKey() >= leastPriority;
  }

  private void refresh() {
    Duration now = ticker.get();
    if (readWholeAt.filter(at -> now.minus(at).compareTo(READ_WHOLE_EVERY) < 0).isEmpty()) {
      readWhole();
      readWholeAt = Optional.of(now);
    } else if (!changed.isEmpty()) {
      readChanged();
    }
  }

  private void readWhole() {
    Set<JobId> before = Set.copyOf(changed);
    List<Job> read = jobs.open();
    changed.removeAll(before);
    open.clear();
    inOrder.clear();
    priorities.clear();
    list = Optional.empty();
    read.forEach(this::keep);
  }

  private void readChanged() {
    for (JobId id : Set.copyOf(changed)) {
      changed.remove(id); // before the read, so that a change meanwhile is read once more
      try {
        jobs.find(id)
            .filter(job -> !job.state().isOver())
            .ifPresentOrElse(this::keep, () -> drop(id));
      } catch (RuntimeException e) {
        changed.add(id);
        throw e;
      }
    }
  }

  private void keep(Job job) {
    drop(job.id());
    open.put(job.id(), job);
    inOrder.add(job);
    priorities.merge(job.spec().priority(), 1, Integer::sum);
    list = Optional.empty();
  }

  private void drop(JobId id) {
    Job known = open.remove(id);
    if (known != null) {
      inOrder.remove(known);
      priorities.merge(known.spec().priority(), -1, (a, b) -> a + b == 0 ? null : a + b);
      list = Optional.empty();
    }
  }
}
