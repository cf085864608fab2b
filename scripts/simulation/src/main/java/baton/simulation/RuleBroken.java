package baton.simulation;

/** A rule of the design did not hold. */
final class RuleBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String rule;

  RuleBroken(String rule, String what) {
    super(rule + ": " + what);
    this.rule = rule;
  }

  /** Such as {@code R3}. */
  String rule() {
    return rule;
  }
}
