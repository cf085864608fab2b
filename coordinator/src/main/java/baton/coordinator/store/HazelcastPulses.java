package baton.coordinator.store;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
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
 * The newest renewals in a shared map without a store behind it. A member that does not see the
 * majority can neither read nor write it.
 */
public final class HazelcastPulses implements Pulses {
  private final IMap<String, Pulse> pulses;

  HazelcastPulses(IMap<String, Pulse> pulses) {
    this.pulses = pulses;
  }

  @Override
  public void put(JobId job, Pulse pulse) {
    shared(
        () -> {
          pulses.set(job.value(), pulse);
          return null;
        });
  }

  @Override
  public Optional<Pulse> get(JobId job) {
    return Optional.ofNullable(shared(() -> pulses.get(job.value())));
  }

  @Override
  public Map<JobId, Pulse> all(Collection<JobId> jobs) {
    Set<String> keys = jobs.stream().map(JobId::value).collect(Collectors.toSet());
    return shared(() -> pulses.getAll(keys)).entrySet().stream()
        .collect(Collectors.toMap(entry -> new JobId(entry.getKey()), Map.Entry::getValue));
  }

  @Override
  public void remove(JobId job) {
    shared(
        () -> {
          pulses.delete(job.value());
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
