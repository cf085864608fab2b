package baton.worker;

import baton.worker.segment.Action;
import baton.worker.segment.Event;
import java.time.Duration;
import java.util.Optional;

/** Whoever watches a session; told on the control thread, and changes nothing. */
public interface Audience {
  /**
   * @param leaseLeft what remains of the lease, if there is one
   */
  void happened(Event event, Optional<Duration> leaseLeft);

  void wanted(Action action);
}
