package baton.worker.train;

/**
 * A small generator with a published algorithm (Steele, Lea and Flood, 2014), so that its numbers
 * are the same on every Java release; the JDK's own generators do not promise that.
 */
public final class SplitMix64 {
  static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  public SplitMix64(long seed) {
    state = seed;
  }

  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** A uniform number from 0 up to but excluding {@code bound}. */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("a bound is at least 1, not " + bound);
    }
    while (true) {
      long bits = nextLong() >>> 1;
      long value = bits % bound;
      // The last, incomplete run of remainders would favour small numbers.
      if (bits - value + (bound - 1) >= 0) {
        return (int) value;
      }
    }
  }

  /** A number from 0 up to but excluding 1. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** A random permutation of the numbers from 0 up to but excluding {@code size}. */
  public int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int other = nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /** A bijection of 64 bits in which every bit of the input reaches every bit of the output. */
  static long mix(long word) {
    long z = word;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
