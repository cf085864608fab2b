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
 * Durable jobs: what {@link #save} has answered STORED is on disk and survives {@code kill -9} and
 * power loss (R4).
 *
 * <p>Every method throws {@link StoreUnavailable} if the database cannot answer; after a failed
 * save nobody knows whether it was stored, and the caller reads again.
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
   * Stores transitions in one transaction. A stale one, whose job was changed by another since it
   * was read, or whose name, repeat key or session is taken, or which rests on what no longer
   * counts, is left out and fails alone.
   *
   * @return for each transition in order, whether it was stored
   */
  List<Boolean> save(List<Transition> transitions);

  /** The history of a job. */
  JobHistory history(JobId id);

  /** Notes that the files of a pruned checkpoint are deleted; to note it again does no harm. */
  void noteDeleted(JobId job, Sha256 checkpoint, Instant at);

  @Override
  void close();

  /** What is stored under a repeat key. */
  record StoredAnswer(JobId job, Outcome outcome) {}

  /**
   * A decision to be stored.
   *
   * @param readVersion the version the decision was taken on; 0: the job is new
   * @param changed the job as it becomes, of version {@code readVersion + 1}
   * @param repeatKey the key under which the outcome is stored with it; dropped for a refusal,
   *     which settles nothing: asked again, the answer may be another
   * @param stillCounts whether what was seen, and it rests on, counts; asked when nobody else can
   *     write
   */
  record Transition(
      long readVersion,
      Job changed,
      Outcome outcome,
      List<History> rows,
      Optional<String> repeatKey,
      BooleanSupplier stillCounts) {
    /** What a decision, which rests on the job alone, makes of it in the version that it read. */
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

    /** The session that holds the job's lease after it; no two jobs have the same one (R1). */
    public Optional<SessionId> session() {
      return changed.lease().map(lease -> lease.ask().session());
    }
  }
}
