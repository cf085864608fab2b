package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.function.Consumer;

/**
 * Tells every coordinator that a job has changed, which wakes long polls and watchers. A signal may
 * be lost.
 */
public interface Signals {
  void jobChanged(JobId job);

  /** Calls {@code listener} for each change from now on, on a thread that must not be blocked. */
  void listen(Consumer<JobId> listener);
}
