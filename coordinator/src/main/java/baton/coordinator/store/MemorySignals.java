package baton.coordinator.store;

import baton.coordinator.lease.Signals;
import baton.protocol.JobId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Signals of changed jobs within one process, delivered on the calling thread. */
public final class MemorySignals implements Signals {
  private final List<Consumer<JobId>> listeners = new CopyOnWriteArrayList<>();

  @Override
  public void jobChanged(JobId job) {
    listeners.forEach(listener -> listener.accept(job));
  }

  @Override
  public void listen(Consumer<JobId> listener) {
    listeners.add(listener);
  }

  /** Removes all listeners. */
  public void clear() {
    listeners.clear();
  }
}
