package baton.worker;

import baton.worker.segment.Action;
import baton.worker.segment.Event;
import java.time.Duration;
import java.util.Optional;

/** Whoever watches a session, and changes nothing. */
public interface Audience {
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
}
