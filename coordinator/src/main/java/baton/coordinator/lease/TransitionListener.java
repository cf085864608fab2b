package baton.coordinator.lease;

import baton.protocol.JobId;

/**
 * Is told the outcome of each request to {@link Transitions} before the client gets the answer; for
 * each job in the order of the decisions. It is called on the thread that decides, so it must not
 * block, and an exception would spoil the answer.
 */
public interface TransitionListener {
  /** The job is stored, now or by an earlier request with the same key. */
  default void submitted(Submit submit) {}

  /**
   * The outcome is stored. It is also called for refusals and repeats, though they change nothing.
   */
  default void answered(JobId job, Command command, Outcome outcome) {}

  /** It is unknown whether the job has changed, for example because the database did not answer. */
  default void failed(JobId job) {}
}
