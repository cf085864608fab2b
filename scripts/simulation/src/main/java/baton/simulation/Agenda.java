package baton.simulation;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * The queue of future events, in the order of a virtual clock; at equal times the event that was
 * entered first runs first.
 */
final class Agenda {
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long nowMillis;
  private long entered;

  private record Entry(long millis, long order, Runnable what) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return millis != other.millis
          ? Long.compare(millis, other.millis)
          : Long.compare(order, other.order);
    }
  }

  Duration now() {
    return Duration.ofMillis(nowMillis);
  }

  void after(Duration delay, Runnable what) {
    long millis = nowMillis + Math.max(0, delay.plusNanos(999_999).toMillis()); // never early
    entries.add(new Entry(millis, entered++, what));
  }

  void at(Duration time, Runnable what) {
    after(time.minus(now()), what);
  }

  /** Runs the next event; returns false if none is left. */
  boolean step() {
    Entry next = entries.poll();
    if (next == null) {
      return false;
    }
    nowMillis = next.millis;
    next.what.run();
    return true;
  }

  /** Runs all events that are due until then, in the middle of the current event. */
  void runUntil(Duration time) {
    long millis = time.toMillis();
    while (!entries.isEmpty() && entries.peek().millis <= millis) {
      step();
    }
    nowMillis = Math.max(nowMillis, millis);
  }
}
