package baton.proofs.bench;

import java.util.Locale;

/**
 * A promise about speed, and what was measured.
 *
 * @param what what the figure is, in words
 * @param isMost whether {@code limit} is the most that is allowed, rather than the least
 */
public record BenchGoal(String what, double measured, double limit, boolean isMost, String unit) {

  public static BenchGoal atMost(double limit, String unit, String what, double measured) {
    return new BenchGoal(what, measured, limit, true, unit);
  }

  public static BenchGoal atLeast(double limit, String unit, String what, double measured) {
    return new BenchGoal(what, measured, limit, false, unit);
  }

  public boolean isMet() {
    return isMost ? measured <= limit : measured >= limit;
  }

  /** One line for people. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%-7s  %s: %.2f%s, goal %s %s%s",
        isMet() ? "met" : "NOT MET",
        what,
        measured,
        unit,
        isMost ? "at most" : "at least",
        limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit),
        unit);
  }
}
