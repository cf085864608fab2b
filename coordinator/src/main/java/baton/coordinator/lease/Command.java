package baton.coordinator.lease;

import java.time.Instant;
import java.util.Optional;

/**
 * A request that may change a job. Evidence that is gathered outside, such as whether files were
 * verified or a lease has run out, comes as a component; {@code decide} reads nothing else.
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
   * What the job becomes and what is answered.
   *
   * @param now for the record: history, bars and the order of waiting; no lease ends by it
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
   * The key under which the answer is stored with the change, so that a repeat gets the same (R8);
   * empty: a repeat is decided again, to no harm.
   */
  default Optional<String> repeatKey() {
    return Optional.empty();
  }

  /** Answers a repeat, given what was stored the first time; no fence is checked before it. */
  default Outcome repeat(Job job, Outcome stored) {
    return stored;
  }
}
