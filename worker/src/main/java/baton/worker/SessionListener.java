package baton.worker;

import baton.worker.segment.Action;
import baton.worker.segment.Event;
import java.time.Duration;
import java.util.Optional;

/** Observes a session without changing it. */
public interface SessionListener {
  /**
   * Called on the control thread.
   *
   * @param leaseLeft how long the lease lasts, if there is one
   */
  void happened(Event event, Optional<Duration> leaseLeft);

  /** Called on the control thread. */
  void wanted(Action action);

  /** A program printed {@code line}. Called on any thread. */
  void printed(String program, String line);

  /**
   * A program redrew its own progress bars. Called on any thread.
   *
   * @param frame all bars as one text; empty if there are none any more
   */
  void redrawn(String program, String frame);

  /** Reports a sentence about a program, without the program's name. Called on any thread. */
  void told(String program, String sentence);
}
