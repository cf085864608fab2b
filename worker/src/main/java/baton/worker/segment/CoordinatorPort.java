package baton.worker.segment;

import baton.protocol.Ask;
import java.time.Duration;

/**
 * The port to the coordinator. Each method sends one request once, waits for the answer, and
 * returns it as an event, which may be {@link Event.Refused} or {@link Event.Unanswered}.
 */
public interface CoordinatorPort {
  /**
   * @param holdFor how long the coordinator may hold the request
   * @param sentAt the time before the call
   */
  Event ask(int turn, Ask ask, Duration holdFor, Moment sentAt) throws InterruptedException;

  /**
   * @param sentAt the time before the call
   */
  Event renew(LeaseKey key, Action.Renew renew, Moment sentAt) throws InterruptedException;

  Event commit(LeaseKey key, Action.Commit commit) throws InterruptedException;

  Event release(LeaseKey key, Action.Release release) throws InterruptedException;
}
