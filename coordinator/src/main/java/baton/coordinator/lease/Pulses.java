package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.Optional;

/** The newest renewals, shared between coordinators and kept in memory only: they may be lost. */
public interface Pulses {
  void put(JobId job, Pulse pulse);

  Optional<Pulse> get(JobId job);

  void remove(JobId job);
}
