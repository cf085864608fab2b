package baton.proofs.pretend;

import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.client.Held;
import baton.protocol.client.Renewal;
import baton.protocol.message.CommitAnswer;
import baton.testing.PretendManifest;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a worker that does not train does under one lease: positions one after another, and their
 * manifests.
 */
public final class PretendLeg {
  private static final int MOST_BATCHES = 5;
  private static final int EPOCH_ENDS_ONE_IN = 3;

  private final Grant grant;
  private final Held held;
  private final SessionId session;
  private final SplittableRandom random;
  private Position position;
  private Optional<Sha256> head;
  private int commits;
  private long liveUntilNanos;

  public PretendLeg(
      Grant grant, Held held, SessionId session, SplittableRandom random, long sentNanos) {
    this.grant = grant;
    this.held = held;
    this.session = session;
    this.random = random;
    this.position = grant.head().map(Checkpoint::position).orElse(Position.START);
    this.head = grant.head().map(Checkpoint::digest);
    lives(sentNanos, grant.ttl(), grant.waited());
  }

  public Held held() {
    return held;
  }

  public Position position() {
    return position;
  }

  public Optional<Sha256> head() {
    return head;
  }

  public int commits() {
    return commits;
  }

  /** Whether it cannot have run out: counted from the sending, plus what was waited (R9). */
  public boolean isLive() {
    return System.nanoTime() < liveUntilNanos;
  }

  public void renewed(long sentNanos, Renewal renewal) {
    lives(sentNanos, renewal.ttl(), renewal.waited());
  }

  private void lives(long sentNanos, Duration ttl, Duration waited) {
    liveUntilNanos = sentNanos + ttl.plus(waited).toNanos();
  }

  public Position nextPosition() {
    boolean endsEpoch = position.batch() >= MOST_BATCHES || random.nextInt(EPOCH_ENDS_ONE_IN) == 0;
    return endsEpoch
        ? Position.ofEpochs(position.epoch() + 1)
        : new Position(position.epoch(), position.batch() + 1);
  }

  public void committed(Position reached, CommitAnswer answer) {
    position = reached;
    head = Optional.of(answer.head());
    commits++;
  }

  /** As a worker would write it last of a checkpoint's files. */
  public String manifest(Position at) {
    return PretendManifest.of(
        grant, session, at, commits, head, Long.toHexString(random.nextLong()));
  }
}
