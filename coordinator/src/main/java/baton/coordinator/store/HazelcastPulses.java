package baton.coordinator.store;

import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
import baton.protocol.JobId;
import com.hazelcast.map.IMap;
import java.util.Optional;

/** The newest renewals in a shared map without a store behind it. */
public final class HazelcastPulses implements Pulses {
  private final IMap<String, Pulse> pulses;

  HazelcastPulses(IMap<String, Pulse> pulses) {
    this.pulses = pulses;
  }

  @Override
  public void put(JobId job, Pulse pulse) {
    pulses.set(job.value(), pulse);
  }

  @Override
  public Optional<Pulse> get(JobId job) {
    return Optional.ofNullable(pulses.get(job.value()));
  }

  @Override
  public void remove(JobId job) {
    pulses.delete(job.value());
  }
}
