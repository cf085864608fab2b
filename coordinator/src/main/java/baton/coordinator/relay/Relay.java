package baton.coordinator.relay;

import baton.coordinator.lease.Cancel;
import baton.coordinator.lease.CheckpointFiles;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Expire;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.JobStore;
import baton.coordinator.lease.Miss;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
import baton.coordinator.lease.Reject;
import baton.coordinator.lease.Release;
import baton.coordinator.lease.Renew;
import baton.coordinator.lease.Resume;
import baton.coordinator.lease.Schedule;
import baton.coordinator.lease.Signals;
import baton.coordinator.lease.Stall;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.lease.Submit;
import baton.coordinator.lease.Transitions;
import baton.coordinator.lease.Transitions.UnknownJob;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Hazard;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
 * The relay as requests see it. Every method may be called from any thread and answers on another;
 * a stage fails with {@link UnknownJob}, {@link baton.coordinator.lease.StoreUnavailable}, {@link
 * BadCommit} or {@link CommitUnchecked}, and with nothing else that is foreseen.
 */
public final class Relay {
  private static final int OVER_AND_TIDIED = 100;
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Duration BETWEEN_ROOMS = Duration.ofMinutes(1);

  /**
   * What a relay is made of.
   *
   * @param io where it may block: on the database, on the files of a store
   * @param clock for the record
   * @param ticker the monotonic clock by which leases run out
   * @param mayDecide throws {@link baton.coordinator.lease.CutOff} while this coordinator is cut
   *     off
   * @param longestAbsence between two calls of {@link #tick}; after a longer one, such as a freeze,
   *     every lease gets a whole ttl
   * @param ownStore the store that jobs are bound to which name none
   */
  public record Parts(
      JobStore jobs,
      Transitions transitions,
      Pulses pulses,
      Signals signals,
      CheckpointFiles files,
      Executor io,
      Clock clock,
      Supplier<Duration> ticker,
      Supplier<JobId> ids,
      Optional<StoreId> ownStore,
      Runnable mayDecide,
      Duration longestAbsence) {
    /** Of a coordinator that stands alone, and is never cut off or frozen. */
    public Parts(
        JobStore jobs,
        Transitions transitions,
        Pulses pulses,
        Signals signals,
        CheckpointFiles files,
        Executor io,
        Clock clock,
        Supplier<Duration> ticker,
        Supplier<JobId> ids,
        Optional<StoreId> ownStore) {
      this(
          jobs,
          transitions,
          pulses,
          signals,
          files,
          io,
          clock,
          ticker,
          ids,
          ownStore,
          () -> {},
          FOREVER);
    }
  }

  private final Parts parts;
  private final OpenJobs openJobs;
  private final Transitions transitions;
  private final Lifelines lifelines;
  private final Hazards hazards;
  private final WaitingRoom waitingRoom;
  private final Evidence evidence;
  private final Housekeeping housekeeping;
  private final Rooms rooms;
  private final AtomicBoolean serving = new AtomicBoolean();
  private Duration roomsDue; // of the thread that ticks

  public Relay(Parts parts) {
    this.parts = parts;
    this.openJobs = new OpenJobs(parts.jobs(), parts.ticker());
    this.transitions = parts.transitions();
    transitions.listen(openJobs);
    this.lifelines = new Lifelines(parts.pulses(), parts.ticker(), parts.longestAbsence());
    this.hazards = new Hazards(parts.jobs(), parts.io(), parts.ticker());
    this.waitingRoom =
        new WaitingRoom(
            parts.jobs(), openJobs, transitions, lifelines, hazards, parts.clock(), parts.ticker());
    this.evidence = new Evidence(parts.files());
    this.housekeeping = new Housekeeping(parts.jobs(), parts.files(), parts.clock());
    this.rooms = new Rooms(parts.jobs(), transitions, parts.files(), housekeeping::tidy);
    this.roomsDue = parts.ticker().get().plus(BETWEEN_ROOMS);
  }

  /** Begins to serve: each live lease gets a whole ttl from now (R12). */
  public void start() {
    hazards.refresh();
    for (Job job : openJobs.all()) {
      job.lease().ifPresent(lease -> lifelines.begin(job.id(), lease.fence()));
      parts.io().execute(() -> housekeeping.tidy(job.id()));
      parts.io().execute(() -> housekeeping.sweep(job.id()));
    }
    // A job may have been completed by the very commit whose deletions were cut short.
    for (Job job : parts.jobs().newest(OVER_AND_TIDIED)) {
      if (job.state().isOver()) {
        parts.io().execute(() -> housekeeping.tidy(job.id()));
      }
    }
    parts
        .signals()
        .listen(
            job -> {
              openJobs.changed(job);
              if (!waitingRoom.isEmpty()) {
                serveSoon();
              }
            });
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
    return onIo(
        () -> {
          Optional<Job> before = id.flatMap(parts.jobs()::find);
          if (before.filter(job -> job.spec().equals(spec)).isPresent()) {
            return CompletableFuture.completedStage(new Outcome.Submitted(before.get().id()));
          }
          if (before.isPresent()) {
            throw new KeyReused(before.get().spec().name());
          }
          JobId chosen = id.orElseGet(parts.ids());
          return transitions.submit(new Submit(chosen, spec, parts.ownStore()));
        });
  }

  /**
   * Grants a lease, waiting for something to grant.
   *
   * @param stillThere whether the one who asked is still listening
   */
  public CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    return onIo(() -> waitingRoom.enter(ask, wait, stillThere));
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
    return onIo(() -> heard(id, fence, secretHash, renewing).thenApply(answer));
  }

  private CompletionStage<Outcome> heard(
      JobId id, Fence fence, Sha256 secretHash, Renewing renewing) {
    BooleanSupplier stillCounts = lifelines.stillCounts();
    Job job = existing(id);
    Renew renew = new Renew(fence, secretHash, renewing.position());
    Outcome outcome = transitions.preview(job, renew);
    if (!holds(outcome)) {
      return CompletableFuture.completedStage(outcome);
    }
    boolean swiftly = lifelines.renewed(job, renewing);
    parts.mayDecide().run(); // who was cut off meanwhile has shared it with nobody
    if (!swiftly) {
      // The other members were slow to hear of it, and one may have ended the lease
      // meanwhile.
      outcome = transitions.preview(existing(id), renew);
    }
    Outcome answer = outcome;
    return lifelines
        .stalled(job)
        .filter(phase -> holds(answer))
        .map(phase -> endStalled(job, phase, stillCounts))
        .orElseGet(() -> CompletableFuture.completedStage(answer));
  }

  /** Moves the head, once the files were checked (R5). */
  public CompletionStage<Outcome> commit(
      JobId id, Fence fence, Sha256 secretHash, Committing committing) {
    return onIo(
        () -> {
          Job job = existing(id);
          Committing.Read read = committing.read(job, fence);
          boolean turnIsOver = isTurnOver(job, read.checkpoint().position());
          Function<Verified, Commit> commit =
              verified ->
                  new Commit(
                      fence,
                      secretHash,
                      read.checkpoint(),
                      read.profile(),
                      read.measurements(),
                      committing.finalReason(),
                      verified,
                      turnIsOver);
          Commit unchecked = commit.apply(Verified.WORKER);
          if (parts.jobs().answer(unchecked.repeatKey().orElseThrow()).isPresent()) {
            return transitions.apply(id, unchecked);
          }
          Outcome likely = transitions.preview(job, unchecked);
          if (likely instanceof Outcome.Refused) {
            return CompletableFuture.completedStage(likely);
          }
          Verified verified = evidence.ofCommit(job, read.checkpoint());
          return transitions
              .apply(id, commit.apply(verified))
              .whenComplete((outcome, failure) -> committed(id, fence, outcome));
        });
  }

  /** Gives a lease back, in good order or with an error. */
  public CompletionStage<Outcome> release(
      JobId id, Fence fence, Sha256 secretHash, ReleaseReason why, Optional<Trouble> trouble) {
    return onIo(
        () -> {
          Job job = existing(id);
          Command command =
              trouble
                  .map(told -> gaveUp(job, fence, secretHash, told))
                  .orElseGet(
                      () -> new Release(fence, secretHash, why == ReleaseReason.SESSION_ENDING));
          return transitions.apply(id, command);
        });
  }

  public CompletionStage<Outcome> pause(JobId id) {
    return onIo(
        () -> {
          Job job = existing(id);
          BooleanSupplier stillCounts = lifelines.stillCounts();
          Optional<Fence> ranOut = Optional.ofNullable(lifelines.ranOut(List.of(job)).get(id));
          return transitions.apply(id, new Pause(ranOut), stillCounts);
        });
  }

  /** Lets a job go on. */
  public CompletionStage<Outcome> resume(JobId id) {
    return resume(id, false, Optional.empty());
  }

  /**
   * Lets a job go on.
   *
   * @param acceptChange whether another program than made the head may go on from it, once
   * @param key drawn by who asks, by which a repeat is known
   */
  public CompletionStage<Outcome> resume(JobId id, boolean acceptChange, Optional<String> key) {
    return onIo(
        () ->
            transitions.apply(
                id, new Resume(acceptChange, key.map(drawn -> id.value() + "/" + drawn))));
  }

  public CompletionStage<Outcome> cancel(JobId id) {
    return onIo(() -> transitions.apply(id, new Cancel()));
  }

  /** What remains of the job's live lease; zero: it has run out. */
  public Optional<Duration> remaining(Job job) {
    return job.lease().map(lease -> lifelines.remaining(job));
  }

  /** What may be told to remain to a holder whose renewal came at {@code came} (R9). */
  public Optional<Duration> remaining(Job job, Duration came) {
    return job.lease().map(lease -> lifelines.told(job, came));
  }

  /** The newest renewal seen of the job's live lease. */
  public Optional<Pulse> pulse(Job job) {
    return lifelines.pulse(job);
  }

  /** How long sessions like the holder's last. */
  public Optional<Hazard> hazard(Job job) {
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
      watch();
    } catch (StoreUnavailable e) {
      waitingRoom.fail(e); // who waits here may ask elsewhere
      throw e;
    }
  }

  /** Begins every wait for a lease anew: members came or went, and renewals may have been lost. */
  public void beginAnew() {
    lifelines.beginAnew();
  }

  private void watch() {
    parts.mayDecide().run();
    hazards.refresh();
    List<Job> open = openJobs.all();
    lifelines.forgetAllBut(open);
    BooleanSupplier stillCounts = lifelines.stillCounts();
    for (Job job : lifelines.look(open)) {
      lifelines.stalled(job).ifPresent(phase -> endStalled(job, phase, stillCounts));
    }
    List<Job> pausing = open.stream().filter(job -> job.state() == JobState.PAUSING).toList();
    lifelines
        .ranOut(pausing)
        .forEach((job, fence) -> transitions.apply(job, new Expire(fence), stillCounts));
    lookAtRooms(open);
    waitingRoom.serveAll();
  }

  /** Others fill a store too, so it is not enough to look after a commit. */
  private void lookAtRooms(List<Job> open) {
    if (parts.ticker().get().compareTo(roomsDue) < 0) {
      return;
    }
    roomsDue = parts.ticker().get().plus(BETWEEN_ROOMS);
    rooms.forgetAllBut(open);
    open.stream()
        .filter(job -> job.lease().isPresent() && job.begun())
        .forEach(job -> parts.io().execute(() -> rooms.look(job.id())));
  }

  private static boolean holds(Outcome outcome) {
    return outcome instanceof Outcome.Renewed renewed && renewed.directive() != Directive.STOP;
  }

  private CompletionStage<Outcome> endStalled(Job job, Phase phase, BooleanSupplier stillCounts) {
    return transitions
        .apply(job.id(), new Stall(job.fence(), phase), stillCounts)
        .thenApply(
            ended ->
                new Outcome.Renewed(
                    Directive.STOP,
                    "no progress in phase " + phase.name().toLowerCase(Locale.ROOT)));
  }

  private Command gaveUp(Job job, Fence fence, Sha256 secretHash, Trouble trouble) {
    return switch (trouble.kind()) {
      case CORRUPT -> new Reject(fence, secretHash, trouble, evidence.ofAccusation(job));
      case GONE -> new Miss(fence, secretHash, trouble, evidence.ofAccusation(job));
      case PROGRAM, MACHINE -> new Fail(fence, secretHash, trouble);
    };
  }

  /** Only a segment's end is a hand-over point; on the way there nobody else is looked at. */
  private boolean isTurnOver(Job job, Position position) {
    if (job.lease().filter(lease -> !lease.segment().to().isAfter(position)).isEmpty()) {
      return false;
    }
    List<Job> open = openJobs.all();
    return Schedule.turnIsOver(
        job, open, waitingRoom.asks(), lifelines.ranOut(open), parts.clock().instant());
  }

  private void committed(JobId id, Fence fence, Outcome outcome) {
    if (outcome instanceof Outcome.Committed) {
      lifelines.committed(id, fence);
      parts
          .io()
          .execute(
              () -> {
                housekeeping.tidy(id);
                rooms.look(id);
              });
    }
  }

  private void serveSoon() {
    if (serving.compareAndSet(false, true)) {
      try {
        parts
            .io()
            .execute(
                () -> {
                  serving.set(false);
                  waitingRoom.serveAll();
                });
      } catch (RejectedExecutionException e) {
        serving.set(false); // the coordinator stops, and nobody waits here any more
      }
    }
  }

  private Job existing(JobId id) {
    return parts.jobs().find(id).orElseThrow(() -> new UnknownJob(id));
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
