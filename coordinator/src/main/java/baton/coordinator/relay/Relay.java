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
 * The interface of the relay for requests; each kind of request has a class of its own behind it.
 * Every method that returns a stage may be called from any thread, and completes it on another. The
 * stage fails with {@link UnknownJob}, {@link StoreUnavailable}, {@link BadCommit} or {@link
 * CommitUnchecked}; anything else is a bug.
 */
public final class Relay {
  private static final int OVER_AND_TIDIED = 100;

  private final Parts parts;
  private final OpenJobs openJobs;
  private final LeaseLiveness liveness;
  private final LifetimeModel lifetimes;
  private final WaitingRoom waitingRoom = new WaitingRoom();
  private final FreeSpaceMonitor freeSpace;
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
   * The parts of a relay.
   *
   * @param io runs tasks that may block on the database or on the files of a store
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

  /** The state that the coordinators of a cluster share. */
  public record State(
      JobStore jobs, Transitions transitions, HeartbeatStore heartbeats, Signals signals) {}

  /**
   * The clocks of a coordinator.
   *
   * @param clock for history
   * @param ticker the monotonic clock by which leases run out
   * @param longestAbsence the longest time between two calls of {@link #tick}; after a longer one,
   *     such as a freeze, every lease gets a whole ttl
   */
  public record Time(Clock clock, Supplier<Duration> ticker, Duration longestAbsence) {}

  /**
   * The stores of checkpoints.
   *
   * @param files the stores that this coordinator reaches
   * @param own the store for jobs that name none
   */
  public record Stores(CheckpointFiles files, Optional<StoreId> own) {}

  public Relay(Parts parts) {
    this.parts = parts;
    JobStore jobs = parts.state().jobs();
    Transitions transitions = parts.state().transitions();
    CheckpointFiles files = parts.stores().files();
    Clock clock = parts.time().clock();
    Supplier<Duration> ticker = parts.time().ticker();

    openJobs = new OpenJobs(jobs, ticker);
    liveness = new LeaseLiveness(parts.state().heartbeats(), ticker, parts.time().longestAbsence());
    lifetimes = new LifetimeModel(jobs, parts.io(), ticker);
    Housekeeping housekeeping = new Housekeeping(jobs, files, clock);
    freeSpace = new FreeSpaceMonitor(jobs, transitions, files, housekeeping::deletePruned);
    maintenance = new StoreMaintenance(housekeeping, freeSpace, parts.io(), ticker);
    Grants grants = new Grants(jobs, transitions, liveness, lifetimes, waitingRoom, ticker);
    Evidence evidence = new Evidence(files);
    HandOver handOver = new HandOver(openJobs, waitingRoom, liveness, clock);
    StalledLeases stalledLeases = new StalledLeases(transitions);

    submit = new SubmitJob(jobs, transitions, parts.ids(), parts.stores().own());
    Rivals rivals = new Rivals(waitingRoom, lifetimes, clock, ticker);
    acquire =
        new AcquireLease(
            openJobs, transitions, liveness, grants, waitingRoom, rivals, clock, ticker);
    renew = new RenewLease(jobs, transitions, liveness, stalledLeases, parts.mayDecide());
    commit = new CommitCheckpoint(jobs, transitions, evidence, handOver, liveness);
    release = new ReleaseLease(jobs, transitions, evidence);
    steer = new SteerJob(jobs, transitions, liveness);
    watch = new WatchLeases(transitions, liveness, stalledLeases);
    transitions.listen(openJobs);
    transitions.listen(maintenance);
  }

  /** Begins to serve: each live lease gets a whole ttl from now (R12). */
  public void start() {
    lifetimes.refresh();
    List<Job> open = openJobs.all();
    for (Job job : open) {
      job.lease().ifPresent(lease -> liveness.begin(job.id(), lease.fence()));
    }
    maintenance.begin(open, parts.state().jobs().newest(OVER_AND_TIDIED));
    parts.state().signals().listen(this::changed);
  }

  /** Answers all waiting requests; nothing is granted any more. */
  public void drain() {
    waitingRoom.close();
  }

  /**
   * Creates a job.
   *
   * @param id the job's id, if the caller's idempotency key determines it; a repeat then finds the
   *     job
   */
  public CompletionStage<Outcome> submit(JobSpec spec, Optional<JobId> id) {
    return onIo(() -> submit.submit(spec, id));
  }

  /**
   * Grants a lease, waiting for something to grant.
   *
   * @param stillThere whether the client is still connected
   */
  public CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    return onIo(() -> acquire.acquire(ask, wait, stillThere));
  }

  /** Renews a lease; the outcome says what the holder is to do. */
  public CompletionStage<Outcome> renew(
      JobId id, Fence fence, Sha256 secretHash, Renewing renewing) {
    return renew(id, fence, secretHash, renewing, Function.identity());
  }

  /**
   * Renews a lease; the outcome says what the holder is to do.
   *
   * @param answer turns the outcome into the answer; it may block, unless the holder is told to
   *     stop
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
   * @param acceptChange whether, once, a program other than the one that made the head may go on
   *     from it
   * @param key drawn by the client; identifies a repeat
   */
  public CompletionStage<Outcome> resume(JobId id, boolean acceptChange, Optional<String> key) {
    return onIo(() -> steer.resume(id, acceptChange, key));
  }

  public CompletionStage<Outcome> cancel(JobId id) {
    return onIo(() -> steer.cancel(id));
  }

  /** The remaining time of the job's live lease; zero if it has run out. */
  public Optional<Duration> remaining(Job job) {
    return job.lease().map(lease -> liveness.remaining(job));
  }

  /** The remaining time that a holder may be told whose renewal came at {@code came} (R9). */
  public Optional<Duration> remaining(Job job, Duration came) {
    return job.lease().map(lease -> liveness.told(job, came));
  }

  /** The newest renewal seen of the job's live lease. */
  public Optional<LeaseHeartbeat> heartbeat(Job job) {
    return liveness.heartbeat(job);
  }

  /** How long sessions like the holder's last. */
  public Optional<LifetimeEstimate> lifetime(Job job) {
    return job.lease().map(lease -> lifetimes.of(lease.ask().device()));
  }

  /** What the job's store lacks for its next checkpoint, in a sentence; empty if nothing. */
  public Optional<String> shortage(Job job) {
    return freeSpace.shortage(job.id());
  }

  /** The requests for a lease that wait now. */
  public List<Ask> waiting() {
    return waitingRoom.asks();
  }

  /**
   * Ends leases that stall, or that have run out while their job is pausing, and serves waiting
   * requests. Called several times a second.
   */
  public void tick() {
    try {
      parts.mayDecide().run();
      lifetimes.refresh();
      List<Job> open = openJobs.all();
      watch.look(open);
      maintenance.look(open);
      acquire.serveAll();
    } catch (StoreUnavailable e) {
      waitingRoom.fail(e); // the clients may ask another member
      throw e;
    }
  }

  /** Restarts every wait for a lease: members joined or left, so renewals may have been missed. */
  public void restartWaits() {
    liveness.restartWaits();
  }

  private void changed(JobId job) {
    openJobs.changed(job);
    if (!waitingRoom.isEmpty() && serving.compareAndSet(false, true)) {
      try {
        parts.io().execute(this::serveAll);
      } catch (RejectedExecutionException e) {
        serving.set(false); // the coordinator stops, and nothing waits here any more
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
