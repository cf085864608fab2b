package baton.simulation;

import baton.coordinator.lease.CutOff;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Signals;
import baton.coordinator.lease.StoreUnavailable;
import baton.coordinator.relay.Acquired;
import baton.coordinator.relay.Committing;
import baton.coordinator.relay.Relay;
import baton.coordinator.store.GroupCommitter;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.LifetimeEstimate;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * A coordinator that is started, killed and restarted, and may freeze in the middle of its work,
 * while all others go on.
 */
final class CoordinatorProcess {
  private final World world;
  private final SimulatedCluster cluster;
  private final Chance chance;
  private final List<Runnable> backlog = new ArrayList<>();
  private Relay relay;
  private SimulatedThreads threads;
  private int life;
  private boolean up;
  private boolean standing;
  private Duration stoodStill = Duration.ZERO;
  private Duration ready = Duration.ZERO;
  private Duration knowsSince = Duration.ZERO;
  private Duration databaseBackAt = Duration.ZERO;
  private int sees;
  private long renewals;

  CoordinatorProcess(World world, SimulatedCluster cluster, Chance chance) {
    this.world = world;
    this.cluster = cluster;
    this.chance = chance;
  }

  boolean isUp() {
    return up;
  }

  /** Grows with each start, so that answers of an earlier life can be recognized. */
  int life() {
    return life;
  }

  boolean lives(int inLife) {
    return up && life == inLife;
  }

  /** The time since which it has seen all renewals. */
  Duration knowsSince() {
    return knowsSince;
  }

  /** How long it was frozen in total. */
  Duration stoodStill() {
    return stoodStill;
  }

  /** How many members it believes it can see, itself included. */
  int sees() {
    return sees;
  }

  boolean isTroubled() {
    return !world.isCalm();
  }

  boolean takesSilenceForSuccess() {
    return world.core.takesSilenceForSuccess();
  }

  void start() {
    life++;
    up = true;
    ready = world.agenda.now();
    knowsSince = ready;
    ClusterFaults faults = world.scenario.cluster();
    DatabaseConnection jobs =
        new DatabaseConnection(world.database, this, chance.split(), faults.unknown());
    Signals signals = cluster.signalsOf(this);
    SimulatedDoor door = new SimulatedDoor(this, world.core, world.referee);
    int started = life;
    door.leadsTo(
        GroupCommitter.on(
            work -> later(Duration.ZERO, work),
            jobs,
            signals,
            world.clock,
            this::requireSight,
            door));
    threads =
        new SimulatedThreads(
            this, world.agenda, world.referee, world.core.threads(faults.threads()));
    relay =
        new Relay(
            new Relay.Parts(
                new Relay.State(
                    jobs,
                    door,
                    new SharedRenewals(cluster, this, world.core.sharesRenewals()),
                    signals),
                new Relay.Time(
                    world.clock,
                    () -> world.core.ticker(world.agenda.now(), ready),
                    world.core.longestAbsence(world.scenario.longestAbsence())),
                new Relay.Stores(
                    world.blobs.seenByCoordinator(
                        world.weather.coordinatorReaches(), this::storeFails, this::reads),
                    Optional.of(world.blobs.id())),
                threads,
                () -> new JobId("nobody"),
                this::requireSight));
    world.referee.coordinatorReady();
    cluster.joined(this);
    try {
      relay.start();
    } catch (StoreUnavailable e) {
      kill(); // it ends with an error, and is restarted
      world.agenda.after(chance.seconds(1, 5), this::startUnlessUp);
      return;
    }
    later(world.scenario.tick(), () -> tick(started));
  }

  void startUnlessUp() {
    if (!up) {
      start();
    }
  }

  void kill() {
    up = false;
    standing = false;
    backlog.clear();
    cluster.died();
    world.coordinatorKilled();
  }

  /** Members joined or left, or it was away itself: the renewals it has seen no longer count. */
  void restartWaits() {
    knowsNow();
    relay.restartWaits();
  }

  private void knowsNow() {
    knowsSince = world.agenda.now();
  }

  void notices(int members) {
    sees = members;
  }

  void cutFromDatabase(Duration span) {
    if (isCutFromDatabase()) {
      return;
    }
    databaseBackAt = world.agenda.now().plus(span);
    if (span.compareTo(world.scenario.longestAbsence()) > 0) {
      world.agenda.after(span, this::knowsNow);
    }
  }

  /** Whether it learns of every change at once, so that each of its choices can be judged. */
  boolean isSteady() {
    return world.scenario.cluster().isSteady();
  }

  boolean isCutFromDatabase() {
    return world.agenda.now().compareTo(databaseBackAt) < 0;
  }

  /** Whether the other members, too, see the renewals that it answers. */
  private boolean isInSight() {
    return cluster.size() == 1 || !cluster.isAlone(this);
  }

  private void requireSight() {
    if (isCutFromDatabase() || cluster.isCutOff(this)) {
      throw new CutOff("This coordinator is cut off.", null);
    }
  }

  private boolean storeFails() {
    return isTroubled() && chance.happens(world.weather.storeFailure());
  }

  /** Occupies a thread for as long as the files of a checkpoint are read. */
  private void reads() {
    if (isTroubled() && world.weather.storeFailure() + world.scenario.cluster().slow() > 0) {
      threads.spend(world.core.fileCheck(chance.millis(5, 2_000)));
    }
  }

  // Freezes.

  /** Called at each read and write of shared data: there it may freeze. */
  void mayStandStill() {
    ClusterFaults faults = world.scenario.cluster();
    if (standing || !up || !isTroubled()) {
      return;
    }
    if (chance.happens(faults.freeze())) {
      standStill(chance.millis(500, 15_000));
    } else if (chance.happens(faults.slow())) {
      standStill(chance.millis(1, 300));
    }
  }

  private void standStill(Duration span) {
    Duration before = world.agenda.now();
    int ofLife = life;
    standing = true;
    world.agenda.runUntil(before.plus(span));
    if (!lives(ofLife)) {
      return; // it was killed meanwhile
    }
    standing = false;
    Duration stood = world.agenda.now().minus(before);
    stoodStill = stoodStill.plus(stood);
    if (stood.compareTo(world.scenario.longestAbsence()) > 0) {
      knowsNow();
    }
    List<Runnable> missed = List.copyOf(backlog);
    backlog.clear();
    missed.forEach(what -> world.agenda.after(Duration.ZERO, what));
  }

  /** Runs something later in its current life; if it is frozen then, once it goes on. */
  void later(Duration delay, Runnable what) {
    int ofLife = life;
    world.agenda.after(delay, () -> now(ofLife, what));
  }

  private void now(int ofLife, Runnable what) {
    if (!lives(ofLife)) {
      return;
    }
    if (standing) {
      backlog.add(() -> now(ofLife, what));
      return;
    }
    try {
      what.run();
    } catch (StoreUnavailable e) {
      // A real coordinator logs this, and tries again in the next round.
    }
  }

  private void tick(int ofLife) {
    later(world.scenario.tick(), () -> tick(ofLife));
    world.coordinatorTicked();
    relay.tick();
  }

  // Requests.

  /** For people's requests. */
  Relay relay() {
    return relay;
  }

  /** The waiting requests for a lease. */
  List<Ask> waiting() {
    return relay.waiting();
  }

  CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    int asked = life;
    return relay.acquire(
        world.core.asked(ask, world.blobs.id()),
        wait,
        () -> lives(asked) && stillThere.getAsBoolean());
  }

  /**
   * The answer to a renewal.
   *
   * @param ttl the remaining time that the holder is told
   */
  record Renewal(Outcome outcome, Duration ttl, Optional<LifetimeEstimate> lifetime) {}

  CompletionStage<Renewal> renew(JobId id, Fence fence, Sha256 secret, Renewing renewing) {
    Duration came = world.agenda.now();
    Duration cameByTicker = world.core.ticker(came, ready);
    Renewing taken =
        new Renewing(
            renewing.phase(),
            renewing.position(),
            world.core.progress(renewing.progress(), ++renewals),
            renewing.loss(),
            renewing.saving());
    return relay.renew(
        id,
        fence,
        secret,
        taken,
        outcome -> renewed(id, fence, renewing, came, cameByTicker, outcome));
  }

  private Renewal renewed(
      JobId id, Fence fence, Renewing told, Duration came, Duration cameByTicker, Outcome outcome) {
    boolean goesOn =
        outcome instanceof Outcome.Renewed renewed && renewed.directive() != Directive.STOP;
    Optional<Job> job = world.database.find(id);
    if (!goesOn || job.flatMap(Job::lease).isEmpty()) {
      return new Renewal(outcome, Duration.ZERO, Optional.empty());
    }
    Duration ttl = relay.remaining(job.get(), cameByTicker).orElse(Duration.ZERO);
    world.referee.renewalAnswered(
        job.get(),
        fence,
        new LeaseBooks.Told(
            told.phase(), told.progress(), isInSight() ? came.plus(ttl) : Duration.ZERO),
        knowsSince);
    return new Renewal(outcome, ttl, relay.lifetime(job.get()));
  }

  CompletionStage<Outcome> commit(JobId id, Fence fence, Sha256 secret, Committing committing) {
    return relay.commit(id, fence, secret, committing);
  }

  CompletionStage<Outcome> release(
      JobId id, Fence fence, Sha256 secret, ReleaseReason why, Optional<Trouble> trouble) {
    return relay.release(id, fence, secret, why, trouble);
  }
}
