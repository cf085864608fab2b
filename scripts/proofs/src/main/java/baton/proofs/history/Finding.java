package baton.proofs.history;

/** One thing that should not be, in a sentence. */
public record Finding(Kind kind, String sentence) {
  /** The kind of broken promise. */
  public enum Kind {
    /** What was acknowledged is gone (R4). */
    LOST,
    /** Two holders of one job could both commit (R1, R3, R9). */
    DOUBLE_HOLDER,
    /** One fence of a job was granted to two sessions (R2). */
    DUPLICATE_FENCE,
    /** Anything else: order, chains, answers that contradict one another. */
    WRONG
  }
}
