package baton.worker;

import baton.worker.segment.Action;
import baton.worker.segment.Event;
import java.time.Duration;
import java.util.Optional;

/** Whoever watches a session, and changes nothing. */
public interface SessionListener {
  /**
   * Told on the control thread.
   *
   * @param leaseLeft what remains of the lease, if there is one
   */
  void happened(Event event, Optional<Duration> leaseLeft);

  /** Told on the control thread. */
  void wanted(Action action);

  /** A program printed {@code line}; told on any thread. */
  void printed(String program, String line);

  /**
   * A program drew its own progress bars anew; told on any thread.
   *
   * @param frame empty: there are none any more
   */
  void redrawn(String program, String frame);

  /** A sentence about a program, without its name; told on any thread. */
  void told(String program, String sentence);
}
