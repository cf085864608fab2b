package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The newest renewals, shared between coordinators and kept in memory only: they may be lost. */
public interface HeartbeatStore {
  void put(JobId job, LeaseHeartbeat heartbeat);

  Optional<LeaseHeartbeat> get(JobId job);

  /** The newest renewals of these jobs, in about the time of one lookup. */
  Map<JobId, LeaseHeartbeat> all(Collection<JobId> jobs);

  void remove(JobId job);
}
