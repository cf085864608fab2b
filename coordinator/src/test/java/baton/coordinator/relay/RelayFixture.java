package baton.coordinator.relay;

import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.Renewing;
import baton.coordinator.lease.Samples;
import baton.coordinator.store.MemoryHeartbeats;
import baton.coordinator.store.MemorySignals;
import baton.protocol.Ask;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.Retention;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A coordinator's relay in one thread, on a clock that is ticked by hand. */
final class RelayFixture {
  /** Monotonic clocks count from anywhere. */
  private static final Duration ORIGIN = Duration.ofDays(9);

  private static final Duration NEVER_FROZEN = Duration.ofDays(1_000_000);

  final FakeFiles files = new FakeFiles();
  final MemoryHeartbeats heartbeats = new MemoryHeartbeats();
  final MemoryJobs jobs;
  Relay relay;

  private final MemorySignals signals = new MemorySignals();
  private Duration now = ORIGIN;
  private int submitted;

  RelayFixture() {
    jobs = new MemoryJobs(new TickedClock(), signals::jobChanged);
    restart();
  }

  /** A new coordinator on the same database, store and clock; the old one is gone. */
  void restart() {
    signals.clear();
    heartbeats.clear();
    relay =
        started(heartbeats, new Relay.Time(new TickedClock(), () -> now, NEVER_FROZEN), () -> {});
  }

  /** Another coordinator of the same cluster, with clocks of its own; a whole one, if it looks. */
  Relay another(Clock clock, Supplier<Duration> ticker, Duration longestAbsence) {
    return another(clock, ticker, longestAbsence, heartbeats);
  }

  /** One that sees the shared renewals in a way of its own. */
  Relay another(
      Clock clock, Supplier<Duration> ticker, Duration longestAbsence, HeartbeatStore seen) {
    return started(seen, new Relay.Time(clock, ticker, longestAbsence), jobs::requireAvailable);
  }

  private Relay started(HeartbeatStore seen, Relay.Time time, Runnable mayDecide) {
    Relay relay =
        new Relay(
            new Relay.Parts(
                new Relay.State(jobs, new MemoryDoor(jobs), seen, signals),
                time,
                new Relay.Stores(files, Optional.empty()),
                Runnable::run,
                () -> new JobId("job-" + ++submitted),
                mayDecide));
    relay.start();
    return relay;
  }

  /** From now on nobody is told of changes, as when a member is killed before it could. */
  void loseSignals() {
    signals.clear();
  }

  /** The monotonic clock of this one. */
  Duration ticker() {
    return now;
  }

  /** Time passes, and the relay is called as it is several times a second. */
  void passes(Duration time) {
    now = now.plus(time);
    relay.tick();
  }

  Job submit(String name) {
    return submit(name, 0);
  }

  /** A job that keeps so many of its newest checkpoints. */
  Job submitKeeping(String name, int newest) {
    JobSpec usual = Samples.spec(name);
    return submit(
        JobSpec.of(name, usual.program(), usual.epochs())
            .withParameters(usual.parameters())
            .withSeed(usual.seed())
            .withPolicy(usual.policy().keeping(newest, Retention.NEWEST_ONLY)));
  }

  Job submit(String name, int priority) {
    return submit(Samples.spec(name, priority));
  }

  Job submit(JobSpec spec) {
    Outcome outcome = now(relay.submit(spec, Optional.empty()));
    return job(((Outcome.Submitted) outcome).job());
  }

  Job job(JobId id) {
    return jobs.find(id).orElseThrow();
  }

  CompletableFuture<Acquired> asks(String worker, Duration wait) {
    return asks(Samples.ask(worker), wait);
  }

  CompletableFuture<Acquired> asks(Ask ask, Duration wait) {
    return relay.acquire(ask, wait, () -> true).toCompletableFuture();
  }

  Grant leased(String worker) {
    return grantOf(asks(worker, Duration.ZERO));
  }

  static Grant grantOf(CompletionStage<Acquired> acquired) {
    return ((Acquired.Leased) now(acquired)).grant();
  }

  Outcome renews(String worker, Grant grant, Phase phase, long progress) {
    Renewing renewing = Samples.renewing(phase, progress, OptionalDouble.of(0.5));
    return now(relay.renew(grant.job(), grant.fence(), secret(worker), renewing));
  }

  Outcome commits(String worker, Grant grant, int epoch) {
    return commits(worker, grant, committing(grant, Position.ofEpochs(epoch)));
  }

  Outcome commits(String worker, Grant grant, Committing committing) {
    return now(relay.commit(grant.job(), grant.fence(), secret(worker), committing));
  }

  Outcome releases(String worker, Grant grant) {
    return now(
        relay.release(
            grant.job(),
            grant.fence(),
            secret(worker),
            ReleaseReason.SESSION_ENDING,
            Optional.empty()));
  }

  Outcome givesUp(String worker, Grant grant, Trouble trouble) {
    return now(
        relay.release(
            grant.job(),
            grant.fence(),
            secret(worker),
            ReleaseReason.FAILED,
            Optional.of(trouble)));
  }

  /** A commit of the job's present head's child at {@code position}. */
  Committing committing(Grant grant, Position position) {
    Optional<Sha256> parent = job(grant.job()).head().map(head -> head.digest());
    return new Committing(parent, position, manifest(grant, parent, position), Optional.empty());
  }

  String manifest(Grant grant, Optional<Sha256> parent, Position position) {
    return ManifestJson.write(
        new Manifest(
            Manifest.FORMAT,
            grant.job(),
            grant.spec().name(),
            grant.store(),
            grant.fence(),
            position,
            0,
            new CheckpointFolder(grant.job(), Samples.NOON, position, grant.fence(), 0).path(),
            parent,
            List.of(
                new Manifest.FileEntry(
                    "model.safetensors", 1_000, Sha256.ofText("model"), "folder/model")),
            Sha256.ofText("state at " + position),
            grant.spec().seed(),
            Map.of(),
            Optional.empty(),
            grant.spec().program(),
            Sha256.ofText("architecture"),
            Map.of("threads", "1"),
            List.of(),
            job(grant.job())
                .lease()
                .map(lease -> lease.ask().session())
                .orElseGet(() -> Samples.ask("anyone").session()),
            Samples.NOON));
  }

  /** The answer, which must be there; a failure is thrown as itself. */
  static <T> T now(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (!future.isDone()) {
      throw new AssertionError("not answered yet");
    }
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static Sha256 secret(String worker) {
    return Samples.ask(worker).secretHash();
  }

  /** The time of day: noon when the fixture was made, and what was ticked since. */
  private final class TickedClock extends Clock {
    @Override
    public Instant instant() {
      return Samples.NOON.plus(now.minus(ORIGIN));
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
