package baton.coordinator.store;

import java.util.Optional;

/** Finds causes in a wrapped failure. */
final class Causes {
  /** The end of a message: what follows the remedy at a running coordinator. */
  static final String GOES_ON = "; the coordinator then goes on by itself.";

  /** The end of a message: what follows the remedy after a start or a copy was refused. */
  static final String TRY_AGAIN = ", then try again.";

  private Causes() {}

  /** The outermost failure of a type. */
  static <T extends Throwable> Optional<T> first(Class<T> kind, Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (kind.isInstance(e)) {
        return Optional.of(kind.cast(e));
      }
    }
    return Optional.empty();
  }

  /** The innermost failure's message, in one line. */
  static String innermost(Throwable thrown) {
    Throwable e = thrown;
    while (e.getCause() != null) {
      e = e.getCause();
    }
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
