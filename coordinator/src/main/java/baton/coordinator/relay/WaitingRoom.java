package baton.coordinator.relay;

import baton.coordinator.lease.StoreUnavailable;
import baton.protocol.Ask;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The waiting requests for a lease, in the order of their arrival. Thread-safe. */
final class WaitingRoom {
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  void enter(Waiting request) {
    waiting.add(request);
    if (closed) {
      close(); // it was closed while this request was being served
    }
  }

  /** Removes and returns the request that has waited longest. */
  Optional<Waiting> next() {
    return Optional.ofNullable(waiting.poll());
  }

  /** The first {@code most} waiting requests, in order. */
  List<Waiting> first(int most) {
    return waiting.stream().limit(most).filter(Waiting::isThere).toList();
  }

  /** Removes this request; returns whether it was waiting. */
  boolean leave(Waiting request) {
    return waiting.remove(request);
  }

  int size() {
    return waiting.size();
  }

  /** Whether no request waits, as far as that can be known without blocking. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The waiting requests' contents. */
  List<Ask> asks() {
    return waiting.stream().filter(Waiting::isThere).map(Waiting::ask).toList();
  }

  boolean isClosed() {
    return closed;
  }

  /** Answers all waiting requests, and all that come later. */
  void close() {
    closed = true;
    for (Waiting request; (request = waiting.poll()) != null; ) {
      request.sendHome();
    }
  }

  /** Fails all waiting requests, since nothing can be decided here now. */
  void fail(StoreUnavailable why) {
    for (Waiting request; (request = waiting.poll()) != null; ) {
      request.answer().completeExceptionally(why);
    }
  }
}
