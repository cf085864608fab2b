package baton.coordinator.store;

import java.util.Optional;

/** What lies inside a failure that others have wrapped. */
final class Causes {
  /** How things go on after the remedy, at a coordinator that runs. */
  static final String GOES_ON = "; the coordinator then goes on by itself.";

  /** How things go on after the remedy, where something was refused: a start, or a copy. */
  static final String TRY_AGAIN = ", then try again.";

  private Causes() {}

  /** The outermost of a kind. */
  static <T extends Throwable> Optional<T> first(Class<T> kind, Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (kind.isInstance(e)) {
        return Optional.of(kind.cast(e));
      }
    }
    return Optional.empty();
  }

  /** What the innermost one says, in one line. */
  static String innermost(Throwable thrown) {
    Throwable e = thrown;
    while (e.getCause() != null) {
      e = e.getCause();
    }
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
