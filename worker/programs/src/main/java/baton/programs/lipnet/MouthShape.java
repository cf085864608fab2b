package baton.programs.lipnet;

/**
 * A viseme: the visible shape of a phoneme. Several phonemes share one, and no lip reader can tell
 * them apart; {@link Floor} computes the cost.
 */
enum MouthShape {
  REST(false, 0.02, 0.75, 0.1, 0.2, 0.0, 0.0),
  /** p, b, m. */
  CLOSED(false, 0.0, 0.72, 0.1, 1.0, 0.0, 0.0),
  /** f, v: the upper teeth on the lower lip. */
  BITE(false, 0.16, 0.8, 0.0, 0.7, 0.9, 0.0),
  /** th: the tongue between the teeth. */
  BETWEEN(false, 0.3, 0.8, 0.0, 0.1, 0.5, 1.0),
  /** t, d, n: the tongue behind the teeth. */
  TIP(false, 0.28, 0.78, 0.0, 0.2, 0.5, 0.5),
  /** s, z: the teeth close together. */
  TEETH(false, 0.2, 0.95, 0.0, 0.3, 1.0, 0.0),
  /** l: the tongue raised. */
  RAISED(false, 0.5, 0.75, 0.0, 0.1, 0.2, 0.9),
  /** sh, ch, j: the lips stand out around the teeth. */
  HUSH(false, 0.32, 0.5, 0.8, 0.1, 0.9, 0.0),
  /** k, g and the glide of "you": far back, where little can be seen. */
  BACK(false, 0.3, 0.72, 0.1, 0.0, 0.1, 0.1),
  /** w. */
  PURSED(false, 0.1, 0.36, 1.0, 0.2, 0.0, 0.0),
  /** r. */
  CURLED(false, 0.22, 0.56, 0.7, 0.2, 0.2, 0.3),
  /** As in "bin" and "three". */
  SPREAD(true, 0.34, 1.0, 0.0, 0.0, 0.6, 0.2),
  /** As in "red" and "at". */
  MIDDLE(true, 0.6, 0.88, 0.0, 0.0, 0.4, 0.3),
  /** As in "one" and the beginning of "by". */
  WIDE_OPEN(true, 0.95, 0.76, 0.1, 0.0, 0.3, 0.3),
  /** As in "four" and the beginning of "o". */
  ROUND(true, 0.62, 0.5, 0.7, 0.0, 0.0, 0.1),
  /** As in "two". */
  POUT(true, 0.28, 0.4, 1.0, 0.0, 0.0, 0.0);

  private final boolean vowel;
  private final Mouth mouth;

  MouthShape(
      boolean vowel,
      double open,
      double wide,
      double round,
      double press,
      double teeth,
      double tongue) {
    this.vowel = vowel;
    this.mouth = new Mouth(open, wide, round, press, teeth, tongue);
  }

  /** Vowels are held longer. */
  boolean vowel() {
    return vowel;
  }

  Mouth mouth() {
    return mouth;
  }
}
