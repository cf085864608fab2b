package baton.simulation;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.History;
import baton.coordinator.lease.History.CheckpointMarked;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.LeaseEnd;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.ReportCorrupt;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.Resume;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Checks every rule from outside: it keeps its own record of what was granted, renewed, committed
 * and acknowledged, and throws {@link RuleBroken} at the first change that the rules do not allow.
 */
final class Referee {
  private final Supplier<Duration> now;
  private final Supplier<Instant> record;
  private final Map<JobId, Books> books = new HashMap<>();
  private final Map<SessionId, Set<StoreId>> storesOpened = new HashMap<>();
  private final Map<String, Outcome> answers = new HashMap<>();
  private final DecisionBooks decisions = new DecisionBooks(this::require);
  private final OriginBooks origins = new OriginBooks(this::require);
  private final HandOverBooks handOvers = new HandOverBooks(this::require);
  private Optional<RuleBroken> broken = Optional.empty();
  private Blobs blobs;
  private SimulatedDatabase database;

  /**
   * @param now the virtual clock
   * @param record the coordinator's wall clock, which may jump, and by which devices are barred
   */
  Referee(Supplier<Duration> now, Supplier<Instant> record) {
    this.now = now;
    this.record = record;
  }

  /** The referee's record of one job. */
  private static final class Books {
    final LeaseBooks leases;
    final FailureBooks failures;
    final KeptBooks kept = new KeptBooks();
    final Set<Sha256> acknowledged = new HashSet<>();
    final Map<Position, Sha256> expected = new HashMap<>();

    Books(InvariantReport whistle) {
      leases = new LeaseBooks(whistle);
      failures = new FailureBooks(whistle);
    }
  }

  void watch(Blobs store, SimulatedDatabase jobs) {
    this.blobs = store;
    this.database = jobs;
  }

  /**
   * @param endsIn how long the session lasts, if it knows
   */
  void opened(SessionId session, Set<StoreId> stores, Optional<Duration> endsIn) {
    storesOpened.put(session, stores);
    handOvers.opened(session, endsIn.map(now.get()::plus));
  }

  /** Computes the state of an uninterrupted job at each position. */
  void expect(JobId job, long seed, int epochs, int batchesPerEpoch) {
    SimulatedState state = SimulatedState.fresh(seed);
    while (state.position().epoch() < epochs) {
      state = state.afterBatch(batchesPerEpoch);
      books(job).expected.put(state.position(), state.digest());
    }
  }

  /** Records how a checkpoint and its ancestors were trained, committed or not. */
  void trainedOn(Checkpoint checkpoint, Scenario.Machine machine) {
    origins.trainedOn(checkpoint, machine);
  }

  // The store.

  void folderCreated(String path, boolean existed) {
    require(!existed, "R6", "a second checkpoint in " + path);
  }

  void deleted(Checkpoint pruned) {
    for (Job job : database.newest(Integer.MAX_VALUE)) {
      require(
          job.kept().stream().noneMatch(kept -> kept.digest().equals(pruned.digest())),
          "R13",
          "deleted a kept checkpoint of " + job.spec().name());
    }
  }

  // The coordinator.

  void coordinatorReady() {
    books.forEach(
        (id, kept) ->
            require(
                committed(id).containsAll(kept.acknowledged),
                "R4",
                "an acknowledged commit is gone of " + id));
  }

  private Set<Sha256> committed(JobId id) {
    Set<Sha256> stored = new HashSet<>();
    database.history(id).checkpoints().forEach(row -> stored.add(row.checkpoint().digest()));
    return stored;
  }

  /** What was acknowledged after the backup is lost, and no rule forbids that. */
  void backupRestored() {
    books.forEach(
        (id, kept) -> {
          kept.acknowledged.clear();
          kept.failures.resumed();
          database
              .find(id)
              .ifPresent(
                  job -> {
                    kept.kept.restored(job);
                    kept.failures.restored(job.budget());
                  });
        });
    answers.clear();
  }

  /** The holder of a lease was answered that it goes on. */
  void renewalAnswered(Job job, Fence fence, LeaseBooks.Told told, Duration knowsSince) {
    if (job.lease().filter(lease -> lease.fence().equals(fence)).isPresent()) {
      books(job.id()).leases.renewed(job, told, now.get(), knowsSince);
    }
  }

  DecisionBooks.Situation situation(List<Ask> waiting) {
    return new DecisionBooks.Situation(database.open(), waiting);
  }

  void decided(DecisionBooks.Decided decided) {
    decisions.decided(decided);
  }

  /**
   * A transition was stored in the database.
   *
   * @param before the job as it was in the database, if it existed
   */
  void stored(Optional<Job> before, Transition transition) {
    requireOneLeaseEach(transition.changed());
    decisions
        .stored(before, transition, record.get())
        .ifPresent(decided -> changed(decided, transition.changed()));
  }

  private void requireOneLeaseEach(Job after) {
    Optional<SessionId> holder = after.lease().map(lease -> lease.ask().session());
    boolean holdsAnother =
        holder.isPresent()
            && database.open().stream()
                .filter(other -> !other.id().equals(after.id()))
                .flatMap(other -> other.lease().stream())
                .anyMatch(lease -> lease.ask().session().equals(holder.get()));
    require(!holdsAnother, "R1", "a session holds two leases");
  }

  private void changed(DecisionBooks.Decided decided, Job after) {
    Job before = decided.before();
    Command command = decided.command();
    Decision decision = decided.decision();
    Books kept = books(after.id());
    boolean lost = ends(decision, LeaseEnd.LOST);
    if (lost) {
      kept.leases.lost(before, command, now.get(), decided.knowsSince());
      kept.failures.lost();
    }
    after
        .lease()
        .filter(l -> !isSameLease(before, l))
        .ifPresent(l -> checkGrant(decided, after, l, kept));
    if (!after.head().equals(before.head())) {
      checkHead(before, after, command, kept);
    }
    origins.changed(before, after, command);
    checkMarks(after, decision);
    kept.kept.changed(after, command, decision).ifPresent(why -> broke("R13", why));
    kept.failures.changed(before, after, command, decided.at());
    if (lost) {
      kept.failures.requirePausedIfLostTooOften(after);
    }
    if (command instanceof Resume) {
      kept.failures.resumed();
    }
    if (command instanceof Commit commit
        && decision.outcome() instanceof Outcome.Committed committed) {
      decided
          .asked()
          .ifPresent(seen -> handOvers.committed(before, commit, committed, seen, decided.at()));
    }
    if (after.state() == JobState.COMPLETE) {
      require(
          after.head().orElseThrow().position().equals(after.spec().end()),
          "R7",
          "complete before its end");
    }
  }

  /** Records an answer; the same request must get the same answer again. */
  void answered(JobId job, Command command, Outcome outcome) {
    if (outcome instanceof Outcome.Committed committed) {
      require(
          committed(job).contains(committed.head()), "R4", "a commit was acknowledged, not stored");
      books(job).acknowledged.add(committed.head());
    }
    if (command.repeatKey().isEmpty() || command instanceof Acquire) {
      return;
    }
    Outcome first = answers.get(command.repeatKey().get());
    if (first != null) {
      require(first.equals(outcome), "R8", "answered " + first + ", then " + outcome);
    } else if (!(outcome instanceof Outcome.Refused)) {
      answers.put(command.repeatKey().get(), outcome);
    }
  }

  private void checkGrant(DecisionBooks.Decided decided, Job after, Lease lease, Books kept) {
    decided
        .asked()
        .ifPresent(
            seen -> handOvers.granted(decided.before(), lease.ask(), seen.waiting(), decided.at()));
    kept.leases.granted(lease, now.get());
    require(
        storesOpened
            .getOrDefault(lease.ask().session(), Set.of())
            .contains(after.store().orElseThrow()),
        "R15",
        "leased to a session that has not opened the job's store");
    kept.failures.granted(lease.ask(), decided.at());
  }

  private void checkHead(Job before, Job after, Command command, Books kept) {
    kept.failures.headMoved();
    int least = Math.min(2, before.chain().size() + 1);
    if (command instanceof Commit commit) {
      Lease lease = before.lease().orElseThrow();
      boolean holds =
          commit.fence().equals(lease.fence())
              && commit.secretHash().equals(lease.ask().secretHash());
      require(holds, "R3", "the head was moved by another than the holder");
      Checkpoint head = after.head().orElseThrow();
      require(head.parent().equals(before.head().map(Checkpoint::digest)), "R3", "another parent");
      require(head.position().isAfter(before.position()), "R3", "the head moved back");
      require(after.chain().size() >= least, "R13", "the head's parent is not kept");
      require(blobs.isSound(head), "R5", "the head's files are not in the store");
      require(
          head.stateDigest().equals(kept.expected.get(head.position())),
          "R7",
          "another state than unbroken");
    } else if (command instanceof ReportCorrupt) {
      Checkpoint rejected = before.head().orElseThrow();
      require(!blobs.isSound(rejected), "R3", "a sound head was rolled back");
      require(
          after.kept().equals(before.kept().subList(1, before.kept().size()))
              && after.head().equals(before.chain().stream().skip(1).findFirst()),
          "R3",
          "rolled back elsewhere than to the parent");
    } else {
      require(command instanceof RestoreJob, "R3", "the head was moved by " + command);
    }
  }

  private void checkMarks(Job after, Decision decision) {
    for (History row : decision.rows()) {
      if (row instanceof CheckpointMarked marked) {
        require(
            after.kept().stream().noneMatch(kept -> kept.digest().equals(marked.digest())),
            "R13",
            "marked a checkpoint that is kept");
      }
    }
  }

  // The workers.

  void require(boolean held, String rule, String what) {
    if (!held) {
      broke(rule, what);
    }
  }

  void broke(String rule, String what) {
    broken = broken.or(() -> Optional.of(new RuleBroken(rule, what)));
    throw broken.get();
  }

  /** The first broken rule, even if some code caught its exception. */
  Optional<RuleBroken> broken() {
    return broken;
  }

  private static boolean ends(Decision decision, LeaseEnd why) {
    return decision.rows().stream()
        .anyMatch(row -> row instanceof History.SegmentEnded ended && ended.why() == why);
  }

  private static boolean isSameLease(Job before, Lease lease) {
    return before.lease().filter(l -> l.ask().equals(lease.ask())).isPresent();
  }

  private Books books(JobId job) {
    return books.computeIfAbsent(job, id -> new Books(this::require));
  }

  /**
   * Whether a job has no sound files left: pruned after the restored backup was made, or corrupted.
   * Only a person could bring them back.
   */
  private boolean isWithoutFiles(Job job) {
    return job.begun() && job.kept().stream().noneMatch(blobs::isSound);
  }

  /** The open jobs that are able to go on; all must end once the faults are over. */
  List<Job> unfinished() {
    return database.open().stream()
        .filter(job -> !job.hasNothingLeft() && !isWithoutFiles(job))
        .toList();
  }
}
