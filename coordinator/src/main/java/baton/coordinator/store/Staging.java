package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.JobStore.StoredAnswer;
import baton.coordinator.lease.JobStore.Transition;
import baton.protocol.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The jobs and answers as the transitions staged so far would leave them. */
final class Staging {
  private final JobStore store;
  private final List<Transition> transitions = new ArrayList<>();
  private final Map<JobId, Job> jobs = new HashMap<>();
  private final Map<String, StoredAnswer> answers = new HashMap<>();

  Staging(JobStore store) {
    this.store = store;
  }

  Optional<Job> find(JobId id) {
    Job staged = jobs.get(id);
    return staged == null ? store.find(id) : Optional.of(staged);
  }

  Optional<StoredAnswer> answer(String repeatKey) {
    return stagedAnswer(repeatKey).or(() -> store.answer(repeatKey));
  }

  /** The answer of a request before it in this round. */
  Optional<StoredAnswer> stagedAnswer(String repeatKey) {
    return Optional.ofNullable(answers.get(repeatKey));
  }

  /** Whether the job's state is staged and not stored yet. */
  boolean isStaged(JobId id) {
    return jobs.containsKey(id);
  }

  void add(Transition transition) {
    Job changed = transition.changed();
    transitions.add(transition);
    jobs.put(changed.id(), changed);
    transition
        .repeatKey()
        .ifPresent(key -> answers.put(key, new StoredAnswer(changed.id(), transition.outcome())));
  }

  List<Transition> transitions() {
    return transitions;
  }
}
