package baton.protocol;

import java.util.Optional;

/**
 * Why a holder gave its lease back without finishing: where the failure lies, one sentence on it,
 * and what to do. It never holds a stack trace.
 *
 * @param rejected the manifest digest of the checkpoint; only for {@link Kind#CORRUPT} and {@link
 *     Kind#GONE}
 */
public record Trouble(Kind kind, String message, String remedy, Optional<Sha256> rejected) {
  private static final int LONGEST = 2_000;

  /** Where the failure lies; each kind has a budget of its own (R11). */
  public enum Kind {
    /** The program failed: the same error from three sessions at one head fails the job. */
    PROGRAM,
    /**
     * Out of memory, no native libraries, disk full, data or store unreachable: bars the device.
     */
    MACHINE,
    /** The head's bytes are not those of its manifest, in two fresh downloads. */
    CORRUPT,
    /** Files of the head are not in the store; a person may put them back. */
    GONE
  }

  public Trouble {
    if (message.length() > LONGEST || remedy.length() > LONGEST) {
      throw new IllegalArgumentException("an error is told in at most " + LONGEST + " characters");
    }
    if (rejected.isPresent() != (kind == Kind.CORRUPT || kind == Kind.GONE)) {
      throw new IllegalArgumentException(
          "a checkpoint is named where it is corrupt or gone, and nowhere else");
    }
  }

  public static Trouble program(String message, String remedy) {
    return new Trouble(Kind.PROGRAM, message, remedy, Optional.empty());
  }

  public static Trouble machine(String message, String remedy) {
    return new Trouble(Kind.MACHINE, message, remedy, Optional.empty());
  }

  public static Trouble gone(Sha256 checkpoint, String message, String remedy) {
    return new Trouble(Kind.GONE, message, remedy, Optional.of(checkpoint));
  }

  public static Trouble corrupt(Sha256 checkpoint, String message) {
    return new Trouble(
        Kind.CORRUPT,
        message,
        "Nothing to do: training goes on from the checkpoint before it.",
        Optional.of(checkpoint));
  }
}
