package baton.coordinator.store;

import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
import baton.protocol.JobId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Renewals in memory, in one thread: for simulations and tests. */
public final class MemoryPulses implements Pulses {
  private final Map<JobId, Pulse> newest = new HashMap<>();

  @Override
  public void put(JobId job, Pulse pulse) {
    newest.put(job, pulse);
  }

  @Override
  public Optional<Pulse> get(JobId job) {
    return Optional.ofNullable(newest.get(job));
  }

  @Override
  public Map<JobId, Pulse> all(Collection<JobId> jobs) {
    Map<JobId, Pulse> all = new HashMap<>(newest);
    all.keySet().retainAll(jobs);
    return all;
  }

  @Override
  public void remove(JobId job) {
    newest.remove(job);
  }

  /** Loses all of them, as a cluster does whose members all went. */
  public void clear() {
    newest.clear();
  }
}
