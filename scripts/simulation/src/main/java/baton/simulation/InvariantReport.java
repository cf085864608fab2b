package baton.simulation;

/** Blown where a rule does not hold. */
@FunctionalInterface
interface InvariantReport {
  /**
   * Goes on only if it held.
   *
   * @param what happened instead
   */
  void require(boolean held, String rule, String what);
}
