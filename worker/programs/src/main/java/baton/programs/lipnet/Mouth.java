package baton.programs.lipnet;

/**
 * The posture of a mouth, each part from 0 to 1.
 *
 * @param open how far the jaw has dropped
 * @param wide the width, from pursed to stretched
 * @param round how far the lips stand out
 * @param press how far the lips are drawn in
 * @param teeth how much of the upper teeth shows
 * @param tongue how much of the tongue shows
 */
record Mouth(double open, double wide, double round, double press, double teeth, double tongue) {
  /** The posture {@code share} of the way to {@code other}. */
  Mouth towards(Mouth other, double share) {
    return new Mouth(
        mix(open, other.open, share),
        mix(wide, other.wide, share),
        mix(round, other.round, share),
        mix(press, other.press, share),
        mix(teeth, other.teeth, share),
        mix(tongue, other.tongue, share));
  }

  private static double mix(double from, double to, double share) {
    return from + (to - from) * share;
  }
}
