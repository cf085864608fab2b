package baton.coordinator.lease;

import java.time.Instant;
import java.util.Optional;

/**
 * A request that may change a job. Evidence from outside, such as whether files were verified or a
 * lease has run out, is a component of the command; {@code decide} reads nothing else.
 */
public sealed interface Command
    permits Acquire,
        Renew,
        Commit,
        Release,
        Fail,
        ReportCorrupt,
        ReportMissing,
        MakeRoom,
        Expire,
        Stall,
        Pause,
        Resume,
        Cancel,
        RestoreJob {

  /**
   * Decides what the job becomes and what is answered.
   *
   * @param now for history, bars and the order of waiting; no lease is ended by it
   */
  Decision decide(Job job, Instant now);

  /**
   * The same, for a request that may be a repeat.
   *
   * @param stored the answer stored under {@link #repeatKey}, if the request was made before
   */
  default Decision decide(Job job, Optional<Outcome> stored, Instant now) {
    return stored
        .map(answer -> Decision.unchanged(repeat(job, answer)))
        .orElseGet(() -> decide(job, now));
  }

  /**
   * The key under which the answer is stored with the change, so that a repeat gets the same answer
   * (R8); empty if it does no harm to decide a repeat again.
   */
  default Optional<String> repeatKey() {
    return Optional.empty();
  }

  /** Answers a repeat from the stored answer; no fence is checked first. */
  default Outcome repeat(Job job, Outcome stored) {
    return stored;
  }
}
