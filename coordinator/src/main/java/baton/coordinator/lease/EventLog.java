package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.List;

/**
 * The events of all jobs, numbered in the order in which they were stored: whoever has seen one has
 * missed none before it, whichever coordinator told it.
 */
public interface EventLog {
  /** The events after a number, the oldest first. */
  List<Entry> after(long number, int most);

  /** The number of the newest; 0: there is none. */
  long newest();

  /**
   * One event.
   *
   * @param name of the job
   */
  record Entry(long number, JobId job, String name, History.Event event) {}
}
