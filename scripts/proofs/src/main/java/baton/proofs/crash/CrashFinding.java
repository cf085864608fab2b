package baton.proofs.crash;

/** One thing that should not be, in a sentence. */
record CrashFinding(Kind kind, String sentence) {
  /** What kind of promise is broken. */
  enum Kind {
    /** An acknowledged transition is gone (R4). */
    LOST,
    /** One fence of a job was granted to two (R2). */
    DUPLICATE_FENCE,
    /** Anything else: order, chains, answers that differ. */
    WRONG
  }

  static CrashFinding lost(String sentence) {
    return new CrashFinding(Kind.LOST, sentence);
  }

  static CrashFinding duplicate(String sentence) {
    return new CrashFinding(Kind.DUPLICATE_FENCE, sentence);
  }

  static CrashFinding wrong(String sentence) {
    return new CrashFinding(Kind.WRONG, sentence);
  }
}
