package baton.coordinator.lease;

import java.util.Locale;

/** The recorded state of a job. A lease is live in {@link #RUNNING} and {@link #PAUSING} only. */
public enum JobState {
  /** It wants a lease. */
  WAITING,
  /** A lease is live. */
  RUNNING,
  /** Paused, while its holder may still commit and release. */
  PAUSING,
  PAUSED,
  COMPLETE,
  FAILED,
  CANCELLED;

  /** The state as it reads after "it is" in a sentence. */
  public String inWords() {
    return this == PAUSING ? "being paused" : name().toLowerCase(Locale.ROOT);
  }

  public boolean hasLease() {
    return this == RUNNING || this == PAUSING;
  }

  /** Whether it will never be leased again, unless a person resumes a failed one. */
  public boolean isOver() {
    return this == COMPLETE || this == FAILED || this == CANCELLED;
  }

  /** The same state once the lease has ended. */
  JobState withoutLease() {
    return switch (this) {
      case RUNNING -> WAITING;
      case PAUSING -> PAUSED;
      default -> this;
    };
  }
}
