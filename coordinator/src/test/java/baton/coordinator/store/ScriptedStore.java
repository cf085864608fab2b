package baton.coordinator.store;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobHistory;
import baton.coordinator.lease.JobStore;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A store in memory to which something happens just before a save, as a test has written it. */
final class ScriptedStore implements JobStore {
  final MemoryJobStore memory = new MemoryJobStore();
  final List<List<Transition>> saves = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> script = new ArrayDeque<>();
  private volatile Runnable afterAnswer = () -> {};

  /** Happens before the next save that has nothing before it yet. */
  synchronized ScriptedStore beforeSave(Runnable event) {
    script.add(event);
    return this;
  }

  @Override
  public List<Boolean> save(List<Transition> transitions) {
    Runnable event;
    synchronized (this) {
      event = script.poll();
    }
    saves.add(List.copyOf(transitions));
    if (event != null) {
      event.run();
    }
    return memory.save(transitions);
  }

  /** Happens once, between a look for an answer and whatever is looked at next. */
  void afterNextAnswer(Runnable event) {
    afterAnswer = event;
  }

  @Override
  public Optional<Job> find(JobId id) {
    return memory.find(id);
  }

  @Override
  public Optional<Job> findByName(String name) {
    return memory.findByName(name);
  }

  @Override
  public List<Job> open() {
    return memory.open();
  }

  @Override
  public List<Job> newest(int most) {
    return memory.newest(most);
  }

  @Override
  public Optional<StoredAnswer> answer(String repeatKey) {
    Optional<StoredAnswer> answer = memory.answer(repeatKey);
    Runnable event = afterAnswer;
    afterAnswer = () -> {};
    event.run();
    return answer;
  }

  @Override
  public JobHistory history(JobId id) {
    return memory.history(id);
  }

  @Override
  public void noteDeleted(JobId job, Sha256 checkpoint, Instant at) {
    memory.noteDeleted(job, checkpoint, at);
  }

  @Override
  public void close() {
    memory.close();
  }
}
