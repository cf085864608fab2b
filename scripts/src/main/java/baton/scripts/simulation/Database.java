package baton.scripts.simulation;

import baton.coordinator.lease.History;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database in memory that loses nothing, and can be put back to an earlier copy of itself. */
final class Database implements JobStore {
  private Map<JobId, Job> jobs = new LinkedHashMap<>();
  private Map<String, StoredAnswer> answers = new HashMap<>();
  private Map<JobId, List<History>> rows = new HashMap<>();
  private long changes;

  /** Grows with every change. */
  long changes() {
    return changes;
  }

  /** A copy as a back-up holds it. */
  record Backup(
      Map<JobId, Job> jobs, Map<String, StoredAnswer> answers, Map<JobId, List<History>> rows) {}

  Backup backup() {
    Map<JobId, List<History>> copied = new HashMap<>();
    rows.forEach((job, list) -> copied.put(job, new ArrayList<>(list)));
    return new Backup(new LinkedHashMap<>(jobs), new HashMap<>(answers), copied);
  }

  void restore(Backup backup) {
    jobs = new LinkedHashMap<>(backup.jobs());
    changes++;
    answers = new HashMap<>(backup.answers());
    rows = new HashMap<>();
    backup.rows().forEach((job, list) -> rows.put(job, new ArrayList<>(list)));
  }

  @Override
  public Optional<Job> find(JobId id) {
    return Optional.ofNullable(jobs.get(id));
  }

  @Override
  public Optional<Job> findByName(String name) {
    return jobs.values().stream().filter(job -> job.spec().name().equals(name)).findFirst();
  }

  @Override
  public List<Job> open() {
    return jobs.values().stream().filter(job -> !job.state().isOver()).toList();
  }

  @Override
  public List<Job> newest(int most) {
    return List.copyOf(jobs.values());
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    return Optional.ofNullable(answers.get(repeatKey));
  }

  @Override
  public List<Boolean> save(List<Transition> transitions) {
    return transitions.stream().map(this::save).toList();
  }

  private boolean save(Transition transition) {
    Job changed = transition.changed();
    long version = Optional.ofNullable(jobs.get(changed.id())).map(Job::version).orElse(0L);
    boolean repeated = transition.repeatKey().filter(answers::containsKey).isPresent();
    if (version != transition.readVersion() || repeated || holdsAnother(transition)) {
      return false;
    }
    jobs.put(changed.id(), changed);
    changes++;
    transition
        .repeatKey()
        .ifPresent(key -> answers.put(key, new StoredAnswer(changed.id(), transition.outcome())));
    rows.computeIfAbsent(changed.id(), id -> new ArrayList<>()).addAll(transition.rows());
    return true;
  }

  private boolean holdsAnother(Transition transition) {
    Optional<SessionId> session = transition.session();
    return session.isPresent()
        && jobs.values().stream()
            .filter(job -> !job.id().equals(transition.changed().id()))
            .flatMap(job -> job.lease().stream())
            .anyMatch(lease -> lease.ask().session().equals(session.get()));
  }

  @Override
  public JobHistory history(JobId id) {
    return new Rows(rows.getOrDefault(id, List.of()));
  }

  @Override
  public void close() {}

  /** The part of a history that the relay itself reads. */
  private record Rows(List<History> rows) implements JobHistory {
    @Override
    public List<SegmentRow> segments() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<CheckpointRow> checkpoints() {
      List<CheckpointRow> found = new ArrayList<>();
      for (History row : rows) {
        if (row instanceof History.CheckpointCommitted committed) {
          found.add(
              new CheckpointRow(
                  committed.checkpoint(),
                  committed.session(),
                  committed.verified(),
                  markOf(committed),
                  committed.at()));
        }
      }
      return found;
    }

    private Optional<History.CheckpointMarked.Mark> markOf(History.CheckpointCommitted committed) {
      return rows.stream()
          .filter(History.CheckpointMarked.class::isInstance)
          .map(History.CheckpointMarked.class::cast)
          .filter(marked -> marked.digest().equals(committed.checkpoint().digest()))
          .map(History.CheckpointMarked::mark)
          .findFirst();
    }

    @Override
    public List<Measurement> measurements() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<History.Event> events(int newest) {
      throw new UnsupportedOperationException();
    }
  }
}
