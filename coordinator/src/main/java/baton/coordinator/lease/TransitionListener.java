package baton.coordinator.lease;

import baton.protocol.JobId;

/**
 * Hears what came of each request that passed the {@linkplain Transitions door}, before the one who
 * asked does: of one job in the order in which it was decided. It is called on the thread that
 * decides, so it must not block, and a fault of its own would spoil the answer.
 */
public interface TransitionListener {
  /** The job is stored, or a repeat found it so. */
  default void submitted(Submit submit) {}

  /** The outcome is stored; a refusal and a repeat are told too, though they change nothing. */
  default void answered(JobId job, Command command, Outcome outcome) {}

  /** Nobody knows whether the job has changed: the database, perhaps, did not answer. */
  default void failed(JobId job) {}
}
