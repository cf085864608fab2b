package baton.coordinator.store;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.protocol.JobId;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The newest renewals, in a shared map that is not persisted. A member that does not see the
 * majority can neither read nor write it.
 */
public final class HazelcastHeartbeats implements HeartbeatStore {
  private final IMap<String, LeaseHeartbeat> heartbeats;

  HazelcastHeartbeats(IMap<String, LeaseHeartbeat> heartbeats) {
    this.heartbeats = heartbeats;
  }

  @Override
  public void put(JobId job, LeaseHeartbeat heartbeat) {
    shared(
        () -> {
          heartbeats.set(job.value(), heartbeat);
          return null;
        });
  }

  @Override
  public Optional<LeaseHeartbeat> get(JobId job) {
    return Optional.ofNullable(shared(() -> heartbeats.get(job.value())));
  }

  @Override
  public Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs) {
    Set<String> keys = jobs.stream().map(JobId::value).collect(Collectors.toSet());
    return shared(() -> heartbeats.getAll(keys)).entrySet().stream()
        .collect(Collectors.toMap(entry -> new JobId(entry.getKey()), Map.Entry::getValue));
  }

  @Override
  public void remove(JobId job) {
    shared(
        () -> {
          heartbeats.delete(job.value());
          return null;
        });
  }

  private static <T> T shared(Supplier<T> access) {
    try {
      return access.get();
    } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
      throw new CutOff(
          "This coordinator cannot share renewals with the other members of its cluster. Ask another, or this one again in a moment.",
          e);
    }
  }
}
