package baton.proofs.crash;

/** One thing that should not be, in a sentence. */
record Finding(Kind kind, String sentence) {
  /** What kind of promise is broken. */
  enum Kind {
    /** An acknowledged transition is gone (R4). */
    LOST,
    /** One fence of a job was granted to two (R2). */
    DUPLICATE_FENCE,
    /** Anything else: order, chains, answers that differ. */
    WRONG
  }

  static Finding lost(String sentence) {
    return new Finding(Kind.LOST, sentence);
  }

  static Finding duplicate(String sentence) {
    return new Finding(Kind.DUPLICATE_FENCE, sentence);
  }

  static Finding wrong(String sentence) {
    return new Finding(Kind.WRONG, sentence);
  }
}
