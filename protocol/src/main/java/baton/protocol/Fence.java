package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The number of a lease, strictly growing within a job across crashes, restarts, restored back-ups
 * and recovery (R2): {@code incarnation * 2^20 + n}. Below 2^53, so that JSON readers keep it
 * exact.
 */
public record Fence(@JsonValue long value) implements Comparable<Fence> {
  private static final int COUNTER_BITS = 20;

  /** The highest fence of a job that never had a lease. */
  public static final Fence NONE = new Fence(0);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Fence {
    if (value < 0 || value >= 1L << 53) {
      throw new IllegalArgumentException("a fence lies between 0 and 2^53, not at " + value);
    }
  }

  /** The value from which the fences of {@code incarnation} count; itself never granted. */
  public static Fence beforeIncarnation(long incarnation) {
    return new Fence(incarnation << COUNTER_BITS);
  }

  public Fence next() {
    return new Fence(value + 1);
  }

  public long incarnation() {
    return value >> COUNTER_BITS;
  }

  /** Short, for people: 3, or after a restore 3' instead of sixteen digits. */
  public String brief() {
    long count = value & ((1L << COUNTER_BITS) - 1);
    return incarnation() == 0 ? Long.toString(count) : count + "'";
  }

  @Override
  public int compareTo(Fence other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
