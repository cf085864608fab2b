package baton.simulation;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * What is still to happen, in the order of a virtual clock; ties go to whoever was entered first.
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

  /** Lets the next thing happen; false if nothing is left. */
  boolean step() {
    Entry next = entries.poll();
    if (next == null) {
      return false;
    }
    nowMillis = next.millis;
    next.what.run();
    return true;
  }

  /** Lets all happen that is due until then, in the middle of what happens now. */
  void runUntil(Duration time) {
    long millis = time.toMillis();
    while (!entries.isEmpty() && entries.peek().millis <= millis) {
      step();
    }
    nowMillis = Math.max(nowMillis, millis);
  }
}
