package baton.coordinator.relay;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Ask;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The requests for a lease that wait, in the order in which they came. Safe for use by several
 * threads.
 */
final class WaitingRoom {
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  void enter(Waiting request) {
    waiting.add(request);
    if (closed) {
      close(); // it was sent home while this one was being served
    }
  }

  /** The one that has waited longest; it waits no more. */
  Optional<Waiting> next() {
    return Optional.ofNullable(waiting.poll());
  }

  /** So many of those who wait, in their order. */
  List<Waiting> first(int most) {
    return waiting.stream().limit(most).filter(Waiting::isThere).toList();
  }

  /** Whether this one waited; it waits no more. */
  boolean leave(Waiting request) {
    return waiting.remove(request);
  }

  int size() {
    return waiting.size();
  }

  /** Whether nobody waits, as far as that can be told without waiting for anybody. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** What those ask who wait now. */
  List<Ask> asks() {
    return waiting.stream().filter(Waiting::isThere).map(Waiting::ask).toList();
  }

  boolean isClosed() {
    return closed;
  }

  /** Sends everyone home; who comes later is sent home too. */
  void close() {
    closed = true;
    for (Waiting request; (request = waiting.poll()) != null; ) {
      request.sendHome();
    }
  }

  /** Answers everyone who waits that nothing can be decided here now. */
  void fail(StoreUnavailable why) {
    for (Waiting request; (request = waiting.poll()) != null; ) {
      request.answer().completeExceptionally(why);
    }
  }
}
