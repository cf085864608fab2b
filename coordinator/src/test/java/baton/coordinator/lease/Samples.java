package baton.coordinator.lease;

import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.NumericProfile;
import baton.protocol.Phase;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.Retention;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Jobs, sessions and checkpoints that the tests of the lease core speak of. */
public final class Samples {
  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  public static final StoreId STORE = new StoreId("store-1");
  public static final Policy POLICY =
      Policy.DEFAULT
          .withSegmentEpochs(2)
          .withCadence(Cadence.EVERY_EPOCH)
          .withLostInARow(3)
          .withStallsInARow(2)
          .keeping(2, Retention.NEWEST_ONLY);

  public static final NumericProfile PROFILE =
      new NumericProfile(Map.of("device", "cpu", "threads", "1"));

  private Samples() {}

  public static JobSpec spec(String name) {
    return spec(name, 0);
  }

  public static JobSpec spec(String name, int priority) {
    return JobSpec.of(name, "digits", 6).withSeed(7).withPriority(priority).withPolicy(POLICY);
  }

  public static Job waiting() {
    return waiting("mnist", 0, NOON);
  }

  public static Job waiting(String name, int priority, Instant since) {
    return new Submit(new JobId("job-" + name), spec(name, priority), Optional.empty())
        .decide(since)
        .changed()
        .orElseThrow();
  }

  public static Ask ask(String worker) {
    return ask(worker, "secret of " + worker);
  }

  public static Ask ask(String worker, String secret) {
    return Ask.of(
            Sha256.ofText(secret),
            new SessionId("session-" + worker),
            worker,
            Set.of("digits"),
            Set.of(STORE),
            "cpu")
        .reading(Manifest.FORMAT);
  }

  /** Of a session that knows its end. */
  public static Ask askKnowing(String worker, Duration endsIn) {
    Ask usual = ask(worker);
    return Ask.of(
            usual.secretHash(),
            usual.session(),
            usual.worker(),
            usual.programs(),
            usual.stores(),
            usual.device())
        .endingIn(Optional.of(endsIn))
        .reading(usual.checkpointFormat());
  }

  public static Job leasedTo(String worker, Job job) {
    return after(
        job, new Acquire(ask(worker), Optional.of(job.fence()), Duration.ZERO, Optional.empty()));
  }

  /** The job after a command that must change it. */
  public static Job after(Job job, Command command) {
    return after(job, command, NOON);
  }

  public static Job after(Job job, Command command, Instant now) {
    Decision decision = command.decide(job, now);
    return decision
        .changed()
        .orElseThrow(() -> new AssertionError("unchanged: " + decision.outcome()));
  }

  /** Why a command is refused; it must change nothing. */
  public static Refusal refusal(Job job, Command command) {
    Decision decision = command.decide(job, NOON);
    if (decision.outcome() instanceof Outcome.Refused refused && decision.changed().isEmpty()) {
      return refused.why();
    }
    throw new AssertionError("not refused: " + decision.outcome());
  }

  /** The job, waiting, after {@code worker} committed and gave its lease back. */
  public static Job broughtTo(Job job, String worker, int epoch, int batch) {
    Job leased = leasedTo(worker, job);
    return released(after(leased, commit(leased, epoch, batch)));
  }

  public static Job released(Job job) {
    return after(job, new Release(job.fence(), secretOf(job), false));
  }

  /** The checkpoint that the holder of the live lease would commit next at {@code position}. */
  public static Checkpoint next(Job job, Position position) {
    return checkpoint(job.headDigest(), position, job.fence());
  }

  public static Checkpoint checkpoint(Optional<Sha256> parent, Position position, Fence fence) {
    String what = "%s at %s under %s".formatted(parent, position, fence);
    return new Checkpoint(
        Sha256.ofText(what),
        parent,
        position,
        fence,
        "folder of " + what,
        Sha256.ofText("state at " + position),
        1_000,
        1);
  }

  /** A restore that finds what {@code then} had kept, and nothing else. */
  public static RestoreJob restore(long incarnation, Job then) {
    List<StoredManifest> line = then.chain().stream().map(Samples::stored).toList();
    return new RestoreJob(
        incarnation,
        Optional.of(new RecoveredJob(line, new RetainedSet(then.chain(), Map.of()))),
        line.stream().map(stored -> stored.checkpoint().digest()).collect(Collectors.toSet()));
  }

  public static StoredManifest stored(Checkpoint checkpoint) {
    return stored(checkpoint, NumericProfile.UNKNOWN);
  }

  public static StoredManifest stored(Checkpoint checkpoint, NumericProfile profile) {
    return new StoredManifest(
        STORE, checkpoint, new SessionId("session-of-old"), profile, List.of(), NOON);
  }

  public static Commit commit(Job job, int epoch, int batch) {
    return commit(job, epoch, batch, false);
  }

  public static Commit commit(Job job, int epoch, int batch, boolean turnIsOver) {
    Fence fence = job.fence();
    return new Commit(
        fence,
        secretOf(job),
        next(job, new Position(epoch, batch)),
        PROFILE,
        List.of(),
        Optional.empty(),
        Verified.COORDINATOR,
        turnIsOver ? GiveWay.AT_SEGMENT_END : GiveWay.NOT_NOW);
  }

  /** What a holder says of itself that has come so far in {@code phase}. */
  public static Renewing renewing(Phase phase, long progress, OptionalDouble loss) {
    return new Renewing(phase, Position.START, progress, loss, Optional.empty());
  }

  /** The hash of the live lease's secret; of no one's if there is none. */
  public static Sha256 secretOf(Job job) {
    return job.lease()
        .map(lease -> lease.ask().secretHash())
        .orElseGet(() -> Sha256.ofText("no one's"));
  }

  public static Trouble corrupt(Job job) {
    Sha256 head = job.headDigest().orElseGet(() -> Sha256.ofText("none"));
    return Trouble.corrupt(head, "model.safetensors differs in two downloads");
  }
}
