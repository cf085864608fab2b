package baton.coordinator.store;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.GiveWay;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import baton.coordinator.lease.Pause;
import baton.coordinator.lease.Submit;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.NumericProfile;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.Verified;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Jobs, sessions and checkpoints for tests of the store, all derived from names. */
final class Sample {
  static final Instant START = Instant.parse("2026-01-02T03:04:05.000000006Z");
  static final StoreId STORE = new StoreId("store-1");

  private Sample() {}

  static JobSpec spec(String name) {
    return JobSpec.of(name, "digits", 24)
        .withParameters(Map.of("rate", 0.1, "layers", 3, "optimizer", "adam", "augment", true))
        .withSeed(7L);
  }

  static Submit submit(String name) {
    return new Submit(new JobId("id-" + name), spec(name), Optional.empty());
  }

  static Transition submitted(String name, Instant at) {
    Decision decision = submit(name).decide(at);
    return transition(0, decision, Optional.empty());
  }

  /** What {@code command} makes of {@code job}, to be stored. */
  static Transition after(Job job, Command command, Instant at) {
    return transition(job.version(), command.decide(job, at), command.repeatKey());
  }

  static Acquire acquire(String session) {
    return acquire(session, "secret of " + session);
  }

  static Acquire acquire(String session, String secret) {
    Ask ask =
        Ask.of(
                secretHash(secret),
                new SessionId(session),
                "worker-of-" + session,
                Set.of("digits"),
                Set.of(STORE),
                "cpu")
            .endingIn(Optional.of(Duration.ofHours(4)))
            .reading(Manifest.FORMAT);
    return Acquire.free(ask);
  }

  static Pause pause() {
    return new Pause(Optional.empty());
  }

  static Sha256 secretHash(String secret) {
    return Sha256.ofText(secret);
  }

  /** The holder's commit of a checkpoint at this position, with the loss as its measurement. */
  static Commit commit(Job job, Position position, double loss) {
    return commit(job, position, loss, false);
  }

  static Commit commit(Job job, Position position, double loss, boolean turnIsOver) {
    Measurement measured = new Measurement(position, Map.of("loss", loss));
    return new Commit(
        job.fence(),
        job.lease().orElseThrow().ask().secretHash(),
        checkpoint(job, position),
        new NumericProfile(Map.of("device", "cpu")),
        List.of(measured),
        Optional.empty(),
        Verified.COORDINATOR,
        turnIsOver ? GiveWay.AT_SEGMENT_END : GiveWay.NOT_NOW);
  }

  /** A checkpoint that extends the job's head. */
  static Checkpoint checkpoint(Job job, Position position) {
    Fence fence = job.fence();
    String folder = "%s/%s-f%s".formatted(job.id(), position, fence);
    return new Checkpoint(
        Sha256.ofText("manifest " + folder),
        job.head().map(Checkpoint::digest),
        position,
        fence,
        folder,
        Sha256.ofText("state " + folder),
        12_345,
        2);
  }

  private static Transition transition(long read, Decision decision, Optional<String> repeatKey) {
    return Transition.of(read, decision, repeatKey);
  }
}
