package baton.coordinator.store;

import java.util.Optional;

/** What lies inside a failure that others have wrapped. */
final class Failures {
  private Failures() {}

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
