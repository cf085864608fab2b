package baton.coordinator.relay;

import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Signals;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Transitions;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.Ask;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.LifetimeEstimate;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The relay as requests see it: a class for each thing that is asked, over one {@linkplain
 * Transitions door}. Every method that gives a stage may be called from any thread and answers on
 * another; the stage fails with {@link UnknownJob}, {@link StoreUnavailable}, {@link BadCommit} or
 * {@link CommitUnchecked}, and with nothing else that is foreseen.
 */
public final class Relay {
  private static final int OVER_AND_TIDIED = 100;

  private final Parts parts;
  private final OpenJobs openJobs;
  private final LeaseLiveness liveness;
  private final LifetimeModel hazards;
  private final WaitingRoom waitingRoom = new WaitingRoom();
  private final FreeSpaceMonitor rooms;
  private final StoreMaintenance maintenance;
  private final SubmitJob submit;
  private final AcquireLease acquire;
  private final RenewLease renew;
  private final CommitCheckpoint commit;
  private final ReleaseLease release;
  private final SteerJob steer;
  private final WatchLeases watch;
  private final AtomicBoolean serving = new AtomicBoolean();

  /**
   * What a relay is made of.
   *
   * @param io where it may block: on the database, on the files of a store
   * @param mayDecide throws {@link baton.coordinator.lease.CutOff} while this coordinator is cut
   *     off
   */
  public record Parts(
      State state,
      Time time,
      Stores stores,
      Executor io,
      Supplier<JobId> ids,
      Runnable mayDecide) {}

  /** What coordinators of one cluster share, each through a door of its own. */
  public record State(
      JobStore jobs, Transitions door, HeartbeatStore heartbeats, Signals signals) {}

  /**
   * The clocks of a coordinator.
   *
   * @param clock for the record
   * @param ticker the monotonic clock by which leases run out
   * @param longestAbsence between two calls of {@link #tick}; after a longer one, such as a freeze,
   *     every lease gets a whole ttl
   */
  public record Time(Clock clock, Supplier<Duration> ticker, Duration longestAbsence) {}

  /**
   * Where checkpoints lie.
   *
   * @param files those of the stores that this coordinator reaches
   * @param own the store that jobs are bound to which name none
   */
  public record Stores(CheckpointFiles files, Optional<StoreId> own) {}

  public Relay(Parts parts) {
    this.parts = parts;
    JobStore jobs = parts.state().jobs();
    Transitions door = parts.state().door();
    CheckpointFiles files = parts.stores().files();
    Clock clock = parts.time().clock();
    Supplier<Duration> ticker = parts.time().ticker();

    openJobs = new OpenJobs(jobs, ticker);
    liveness = new LeaseLiveness(parts.state().heartbeats(), ticker, parts.time().longestAbsence());
    hazards = new LifetimeModel(jobs, parts.io(), ticker);
    Housekeeping housekeeping = new Housekeeping(jobs, files, clock);
    rooms = new FreeSpaceMonitor(jobs, door, files, housekeeping::tidy);
    maintenance = new StoreMaintenance(housekeeping, rooms, parts.io(), ticker);
    Grants grants = new Grants(jobs, door, liveness, hazards, waitingRoom, ticker);
    Evidence evidence = new Evidence(files);
    HandOver handOver = new HandOver(openJobs, waitingRoom, liveness, clock);
    StalledLeases stalledLeases = new StalledLeases(door);

    submit = new SubmitJob(jobs, door, parts.ids(), parts.stores().own());
    Rivals rivals = new Rivals(waitingRoom, hazards, clock, ticker);
    acquire =
        new AcquireLease(openJobs, door, liveness, grants, waitingRoom, rivals, clock, ticker);
    renew = new RenewLease(jobs, door, liveness, stalledLeases, parts.mayDecide());
    commit = new CommitCheckpoint(jobs, door, evidence, handOver, liveness);
    release = new ReleaseLease(jobs, door, evidence);
    steer = new SteerJob(jobs, door, liveness);
    watch = new WatchLeases(door, liveness, stalledLeases);
    door.listen(openJobs);
    door.listen(maintenance);
  }

  /** Begins to serve: each live lease gets a whole ttl from now (R12). */
  public void start() {
    hazards.refresh();
    List<Job> open = openJobs.all();
    for (Job job : open) {
      job.lease().ifPresent(lease -> liveness.begin(job.id(), lease.fence()));
    }
    maintenance.begin(open, parts.state().jobs().newest(OVER_AND_TIDIED));
    parts.state().signals().listen(this::changed);
  }

  /** Answers everyone who waits; nothing is granted any more. */
  public void drain() {
    waitingRoom.close();
  }

  /**
   * Creates a job.
   *
   * @param id of the job, if the caller's idempotency key determines it; a repeat finds the job
   */
  public CompletionStage<Outcome> submit(JobSpec spec, Optional<JobId> id) {
    return onIo(() -> submit.submit(spec, id));
  }

  /**
   * Grants a lease, waiting for something to grant.
   *
   * @param stillThere whether the one who asked is still listening
   */
  public CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    return onIo(() -> acquire.acquire(ask, wait, stillThere));
  }

  /** Takes note that a holder lives, and tells it what to do. */
  public CompletionStage<Outcome> renew(
      JobId id, Fence fence, Sha256 secretHash, Renewing renewing) {
    return renew(id, fence, secretHash, renewing, Function.identity());
  }

  /**
   * Takes note that a holder lives, and tells it what to do.
   *
   * @param answer what is made of the outcome; it may block, unless the holder is told to stop
   */
  public <T> CompletionStage<T> renew(
      JobId id, Fence fence, Sha256 secretHash, Renewing renewing, Function<Outcome, T> answer) {
    return onIo(() -> renew.renew(id, fence, secretHash, renewing).thenApply(answer));
  }

  /** Moves the head, once the files were checked (R5). */
  public CompletionStage<Outcome> commit(
      JobId id, Fence fence, Sha256 secretHash, Committing committing) {
    return onIo(() -> commit.commit(id, fence, secretHash, committing));
  }

  /** Gives a lease back, in good order or with an error. */
  public CompletionStage<Outcome> release(
      JobId id, Fence fence, Sha256 secretHash, ReleaseReason why, Optional<Trouble> trouble) {
    return onIo(() -> release.release(id, fence, secretHash, why, trouble));
  }

  public CompletionStage<Outcome> pause(JobId id) {
    return onIo(() -> steer.pause(id));
  }

  /**
   * Lets a job go on.
   *
   * @param acceptChange whether another program than made the head may go on from it, once
   * @param key drawn by who asks, by which a repeat is known
   */
  public CompletionStage<Outcome> resume(JobId id, boolean acceptChange, Optional<String> key) {
    return onIo(() -> steer.resume(id, acceptChange, key));
  }

  public CompletionStage<Outcome> cancel(JobId id) {
    return onIo(() -> steer.cancel(id));
  }

  /** What remains of the job's live lease; zero: it has run out. */
  public Optional<Duration> remaining(Job job) {
    return job.lease().map(lease -> liveness.remaining(job));
  }

  /** What may be told to remain to a holder whose renewal came at {@code came} (R9). */
  public Optional<Duration> remaining(Job job, Duration came) {
    return job.lease().map(lease -> liveness.told(job, came));
  }

  /** The newest renewal seen of the job's live lease. */
  public Optional<LeaseHeartbeat> heartbeat(Job job) {
    return liveness.heartbeat(job);
  }

  /** How long sessions like the holder's last. */
  public Optional<LifetimeEstimate> lifetime(Job job) {
    return job.lease().map(lease -> hazards.of(lease.ask().device()));
  }

  /** What the job's store lacks for its next checkpoint, in a sentence. */
  public Optional<String> lack(Job job) {
    return rooms.lack(job.id());
  }

  /** The requests for a lease that wait now. */
  public List<Ask> waiting() {
    return waitingRoom.asks();
  }

  /**
   * Ends what stalls or has run out while pausing, and serves who waits; called several times a
   * second.
   */
  public void tick() {
    try {
      parts.mayDecide().run();
      hazards.refresh();
      List<Job> open = openJobs.all();
      watch.look(open);
      maintenance.look(open);
      acquire.serveAll();
    } catch (StoreUnavailable e) {
      waitingRoom.fail(e); // who waits here may ask elsewhere
      throw e;
    }
  }

  /** Begins every wait for a lease anew: members came or went, and renewals may have been lost. */
  public void restartWaits() {
    liveness.restartWaits();
  }

  private void changed(JobId job) {
    openJobs.changed(job);
    if (!waitingRoom.isEmpty() && serving.compareAndSet(false, true)) {
      try {
        parts.io().execute(this::serveAll);
      } catch (RejectedExecutionException e) {
        serving.set(false); // the coordinator stops, and nobody waits here any more
      }
    }
  }

  private void serveAll() {
    serving.set(false);
    acquire.serveAll();
  }

  private <T> CompletionStage<T> onIo(Supplier<CompletionStage<T>> work) {
    return CompletableFuture.supplyAsync(
            () -> {
              parts.mayDecide().run();
              return work.get();
            },
            parts.io())
        .thenCompose(Function.identity());
  }
}
