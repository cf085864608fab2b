package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.RecoveredJob;
import baton.coordinator.lease.Recovery;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.Signals;
import baton.coordinator.relay.Acquired;
import baton.coordinator.relay.Committing;
import baton.coordinator.relay.Relay;
import baton.coordinator.store.MemoryHeartbeats;
import baton.coordinator.store.MemorySignals;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.LifetimeEstimate;
import baton.protocol.ReleaseReason;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A coordinator that is started, killed and started again over one database. */
final class CoordinatorProcess {
  private static final Duration NEVER_FROZEN = Duration.ofDays(1_000_000);
  private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");

  private final Agenda agenda;
  private final SimulatedDatabase database;
  private final Blobs blobs;
  private final Referee referee;
  private final Core core;
  private final Chance chance;
  private final FaultProfile weather;
  private final BooleanSupplier calm;
  private final Duration tick;
  private Relay relay;
  private SimulatedDoor desk;
  private int life;
  private boolean up;
  private Duration ready = Duration.ZERO;
  private Duration clockSkew = Duration.ZERO;
  private long renewals;
  private SimulatedDatabase.Backup lately;

  CoordinatorProcess(
      Agenda agenda,
      SimulatedDatabase database,
      Blobs blobs,
      Referee referee,
      Core core,
      FaultProfile weather,
      Chance chance,
      BooleanSupplier calm,
      Duration tick) {
    this.agenda = agenda;
    this.database = database;
    this.blobs = blobs;
    this.referee = referee;
    this.core = core;
    this.weather = weather;
    this.chance = chance;
    this.calm = calm;
    this.tick = tick;
    this.lately = database.backup();
  }

  boolean isUp() {
    return up;
  }

  /** Grows with each start, so that an answer of an earlier life is known as such. */
  int life() {
    return life;
  }

  void start() {
    life++;
    up = true;
    ready = agenda.now();
    Signals signals = new MemorySignals();
    desk = new SimulatedDoor(database, clock(), core, referee, signals::jobChanged);
    relay =
        new Relay(
            new Relay.Parts(
                new Relay.State(database, desk, new MemoryHeartbeats(), signals),
                new Relay.Time(clock(), () -> core.ticker(agenda.now(), ready), NEVER_FROZEN),
                new Relay.Stores(
                    blobs.seenByCoordinator(
                        weather.coordinatorReaches(),
                        () -> !calm.getAsBoolean() && chance.happens(weather.storeFailure())),
                    Optional.of(blobs.id())),
                this::whileAlive,
                () -> new JobId("job-" + database.newest(Integer.MAX_VALUE).size()),
                () -> {}));
    referee.coordinatorReady();
    relay.start();
    agenda.after(tick, () -> tick(life));
  }

  void kill() {
    up = false;
    if (core.forgetsInCrash()) {
      database.restore(lately);
    }
  }

  /** Puts the database back to an earlier state and takes every job up from it (R2). */
  void restore(SimulatedDatabase.Backup backup) {
    kill();
    long highest = highestIncarnation();
    database.restore(backup);
    referee.backupRestored();
    start();
    long incarnation = Math.max(highest + 1, clock().instant().getEpochSecond());
    for (Job job : database.newest(Integer.MAX_VALUE)) {
      desk.apply(job.id(), new RestoreJob(incarnation, Optional.of(found(job)), known(job)));
    }
  }

  void jumpClock(Duration by) {
    clockSkew = clockSkew.plus(by);
  }

  void submit(JobSpec spec) {
    relay.submit(spec, Optional.empty());
  }

  void resume(JobId job, boolean acceptChange) {
    relay.resume(job, acceptChange, Optional.empty());
  }

  void pause(JobId job) {
    relay.pause(job);
  }

  /** The requests for a lease that wait now. */
  List<Ask> waiting() {
    return relay.waiting();
  }

  // What workers ask.

  CompletionStage<Acquired> acquire(Ask ask, Duration wait, BooleanSupplier stillThere) {
    int asked = life;
    return relay.acquire(
        core.asked(ask, blobs.id()), wait, () -> life == asked && up && stillThere.getAsBoolean());
  }

  CompletionStage<Outcome> renew(JobId id, Fence fence, Sha256 secret, Renewing renewing) {
    Renewing taken =
        new Renewing(
            renewing.phase(),
            renewing.position(),
            core.progress(renewing.progress(), ++renewals),
            renewing.loss(),
            renewing.saving());
    return relay
        .renew(id, fence, secret, taken)
        .whenComplete(
            (outcome, failure) ->
                referee.renewalArrived(
                    database.find(id).orElseThrow(),
                    fence,
                    renewing.phase(),
                    renewing.progress(),
                    outcome instanceof Outcome.Renewed renewed
                        && renewed.directive() != Directive.STOP));
  }

  /** As an answer to a renewal tells it. */
  Optional<LifetimeEstimate> lifetime(JobId id) {
    return database.find(id).flatMap(relay::lifetime);
  }

  CompletionStage<Outcome> commit(JobId id, Fence fence, Sha256 secret, Committing committing) {
    return relay.commit(id, fence, secret, committing);
  }

  CompletionStage<Outcome> release(
      JobId id, Fence fence, Sha256 secret, ReleaseReason why, Optional<Trouble> trouble) {
    return relay.release(id, fence, secret, why, trouble);
  }

  private void tick(int ofLife) {
    if (up && life == ofLife) {
      relay.tick();
      if (core.forgetsInCrash() && agenda.now().toSeconds() % 20 == 0) {
        lately = database.backup();
      }
      agenda.after(tick, () -> tick(ofLife));
    }
  }

  private void whileAlive(Runnable work) {
    int ofLife = life;
    agenda.after(
        Duration.ZERO,
        () -> {
          if (up && life == ofLife) {
            work.run();
          }
        });
  }

  private RecoveredJob found(Job job) {
    return Recovery.find(blobs.manifests(job.id().value()), blobs::isSound, job.spec().policy());
  }

  private Set<Sha256> known(Job job) {
    return database.history(job.id()).checkpoints().stream()
        .map(row -> row.checkpoint().digest())
        .collect(Collectors.toSet());
  }

  private long highestIncarnation() {
    long inDatabase =
        database.newest(Integer.MAX_VALUE).stream()
            .mapToLong(job -> job.fence().incarnation())
            .max()
            .orElse(0);
    long inStore =
        database.newest(Integer.MAX_VALUE).stream()
            .flatMap(job -> blobs.manifests(job.id().value()).stream())
            .mapToLong(stored -> stored.checkpoint().fence().incarnation())
            .max()
            .orElse(0);
    return Math.max(inDatabase, inStore);
  }

  /** The wall clock, which may jump; no lease may depend on it. */
  Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return EPOCH.plus(agenda.now()).plus(clockSkew);
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
      }
    };
  }
}
