package baton.coordinator.store;

import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.protocol.JobId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Renewals in the memory of one process, for a coordinator that shares them with nobody. */
public final class MemoryHeartbeats implements HeartbeatStore {
  private final Map<JobId, LeaseHeartbeat> newest = new ConcurrentHashMap<>();

  @Override
  public void put(JobId job, LeaseHeartbeat heartbeat) {
    newest.put(job, heartbeat);
  }

  @Override
  public Optional<LeaseHeartbeat> get(JobId job) {
    return Optional.ofNullable(newest.get(job));
  }

  @Override
  public Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs) {
    Map<JobId, LeaseHeartbeat> all = new HashMap<>();
    for (JobId job : jobs) {
      get(job).ifPresent(heartbeat -> all.put(job, heartbeat));
    }
    return all;
  }

  @Override
  public void remove(JobId job) {
    newest.remove(job);
  }

  /** Loses all renewals, as a cluster does when all its members are gone. */
  public void clear() {
    newest.clear();
  }
}
