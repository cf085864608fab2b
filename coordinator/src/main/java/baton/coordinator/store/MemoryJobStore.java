package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Jobs in memory, gone with the process: for simulations and tests. */
public final class MemoryJobStore implements JobStore {
  private static final Comparator<Job> BY_SUBMISSION =
      Comparator.comparing(Job::submittedAt).thenComparing(job -> job.id().value());

  private final Map<JobId, Job> jobs = new HashMap<>();
  private final Map<String, StoredAnswer> answers = new HashMap<>();
  private final Map<JobId, MemoryHistory> histories = new HashMap<>();

  /** An independent copy. */
  public synchronized MemoryJobStore copy() {
    MemoryJobStore copy = new MemoryJobStore();
    copy.jobs.putAll(jobs);
    copy.answers.putAll(answers);
    histories.forEach((id, history) -> copy.histories.put(id, history.copy()));
    return copy;
  }

  @Override
  public synchronized Optional<Job> find(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public synchronized Optional<Job> findByName(String name) {
    return jobs.values().stream().filter(job -> job.spec().name().equals(name)).findFirst();
  }

  @Override
  public synchronized List<Job> open() {
    return jobs.values().stream()
        .filter(job -> !job.state().isOver())
        .sorted(BY_SUBMISSION)
        .toList();
  }

  @Override
  public synchronized List<Job> newest(int most) {
    return jobs.values().stream().sorted(BY_SUBMISSION.reversed()).limit(most).toList();
  }

  @Override
  public synchronized Optional<StoredAnswer> answer(String repeatKey) {
    return Optional.ofNullable(answers.get(repeatKey));
  }

  @Override
  public synchronized List<Boolean> save(List<Transition> transitions) {
    List<Boolean> stored = new ArrayList<>(transitions.size());
    Set<JobId> stale = new HashSet<>();
    for (Transition transition : transitions) {
      JobId id = transition.changed().id();
      boolean fits = !stale.contains(id) && fits(transition);
      if (fits) {
        store(transition);
      } else {
        stale.add(id);
      }
      stored.add(fits);
    }
    return stored;
  }

  @Override
  public synchronized JobHistory history(JobId id) {
    return histories.getOrDefault(id, new MemoryHistory());
  }

  @Override
  public synchronized void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    histories.computeIfAbsent(job, id -> new MemoryHistory()).noteDeleted(checkpoint);
  }

  @Override
  public void close() {
    // Nothing is held but memory.
  }

  private boolean fits(Transition transition) {
    Job changed = transition.changed();
    long version = find(changed.id()).map(Job::version).orElse(0L);
    boolean nameIsFree =
        findByName(changed.spec().name()).filter(job -> !job.id().equals(changed.id())).isEmpty();
    return version == transition.readVersion()
        && nameIsFree
        && transition.stillCounts().getAsBoolean()
        && transition.repeatKey().filter(answers::containsKey).isEmpty()
        && transition.session().filter(session -> holdsAnother(session, changed.id())).isEmpty();
  }

  private boolean holdsAnother(SessionId session, JobId job) {
    return jobs.values().stream()
        .filter(other -> !other.id().equals(job))
        .flatMap(other -> other.lease().stream())
        .anyMatch(lease -> lease.ask().session().equals(session));
  }

  private void store(Transition transition) {
    Job changed = transition.changed();
    jobs.put(changed.id(), changed);
    transition
        .repeatKey()
        .ifPresent(key -> answers.put(key, new StoredAnswer(changed.id(), transition.outcome())));
    histories
        .computeIfAbsent(changed.id(), id -> new MemoryHistory())
        .add(changed, transition.rows());
  }
}
