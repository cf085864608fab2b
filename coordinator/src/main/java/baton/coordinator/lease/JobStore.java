package baton.coordinator.lease;

import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.JobId;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Durable jobs: a transition that {@link #save} reports as stored is on disk and survives {@code
 * kill -9} and power loss (R4).
 *
 * <p>Every method throws {@link StoreUnavailable} if the database cannot answer. After a failed
 * save it is unknown whether it was stored, so the caller reads again.
 */
public interface JobStore extends AutoCloseable {
  Optional<Job> find(JobId id);

  /** The job; if there is none, {@link UnknownJob}. */
  default Job existing(JobId id) {
    return find(id).orElseThrow(() -> new UnknownJob(id));
  }

  Optional<Job> findByName(String name);

  /** All jobs that are not over, in the order of their submission. */
  List<Job> open();

  /** All jobs, the newest first. */
  List<Job> newest(int most);

  /** The answer stored under a repeat key, and the job it was about. */
  Optional<StoredAnswer> answer(String repeatKey);

  /**
   * Stores transitions in one transaction. A transition is left out, without failing the others, if
   * its job has changed since it was read, if its name, repeat key or session is taken, or if the
   * evidence it rests on no longer counts.
   *
   * @return for each transition in order, whether it was stored
   */
  List<Boolean> save(List<Transition> transitions);

  /** The history of a job. */
  JobHistory history(JobId id);

  /** Notes that the files of a pruned checkpoint are deleted. Idempotent. */
  void noteDeleted(JobId job, Sha256 checkpoint, Instant at);

  @Override
  void close();

  /** What is stored under a repeat key. */
  record StoredAnswer(JobId job, Outcome outcome) {}

  /**
   * A decision to be stored.
   *
   * @param readVersion the version that the decision was based on; 0 if the job is new
   * @param changed the changed job, of version {@code readVersion + 1}
   * @param repeatKey the key under which the outcome is stored with it; dropped for a refusal,
   *     since a repeat of a refused request may get another answer
   * @param stillCounts whether the evidence that the decision rests on is still fresh; asked while
   *     nobody else can write
   */
  record Transition(
      long readVersion,
      Job changed,
      Outcome outcome,
      List<History> rows,
      Optional<String> repeatKey,
      BooleanSupplier stillCounts) {
    /** The transition of a decision that rests on the job alone. */
    public static Transition of(long readVersion, Decision decision, Optional<String> repeatKey) {
      return new Transition(
          readVersion,
          decision.changed().orElseThrow(),
          decision.outcome(),
          decision.rows(),
          repeatKey,
          () -> true);
    }

    public Transition {
      rows = List.copyOf(rows);
      repeatKey = outcome instanceof Outcome.Refused ? Optional.empty() : repeatKey;
      if (changed.version() <= readVersion) {
        throw new IllegalArgumentException("a transition adds to the version it read");
      }
    }

    /**
     * The session that holds the job's lease afterwards; no two jobs have the same session (R1).
     */
    public Optional<SessionId> session() {
      return changed.lease().map(lease -> lease.ask().session());
    }
  }
}
