package baton.simulation;

/** Reports each rule that does not hold. */
@FunctionalInterface
interface InvariantReport {
  /**
   * Returns only if the rule held.
   *
   * @param what what happened instead
   */
  void require(boolean held, String rule, String what);
}
