package baton.coordinator.lease;

import baton.protocol.JobId;
import java.util.List;

/**
 * The events of all jobs, numbered in the order in which they were stored. A reader that has seen
 * an event has missed none before it, whichever coordinator sent it.
 */
public interface EventLog {
  /** The events after a number, the oldest first. */
  List<Entry> after(long number, int most);

  /** The number of the newest event; 0 if there is none. */
  long newest();

  /**
   * One event.
   *
   * @param name the job's name
   */
  record Entry(long number, JobId job, String name, History.Event event) {}
}
