package baton.proofs.cluster;

import baton.protocol.Checkpoint;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.client.Held;
import baton.protocol.message.CommitAnswer;
import baton.testing.PretendManifest;
import java.util.Optional;
import java.util.SplittableRandom;

/** One lease of a worker that does not train: its successive positions, and their manifests. */
final class PretendLeg {
  private static final int MOST_BATCHES = 5;
  private static final int EPOCH_ENDS_ONE_IN = 3;

  private final Grant grant;
  private final Held held;
  private final SessionId session;
  private final SplittableRandom random;
  private Position position;
  private Optional<Sha256> head;
  private int commits;

  PretendLeg(Grant grant, Held held, SessionId session, SplittableRandom random) {
    this.grant = grant;
    this.held = held;
    this.session = session;
    this.random = random;
    this.position = grant.head().map(Checkpoint::position).orElse(Position.START);
    this.head = grant.head().map(Checkpoint::digest);
  }

  Held held() {
    return held;
  }

  Position position() {
    return position;
  }

  Optional<Sha256> head() {
    return head;
  }

  int commits() {
    return commits;
  }

  Position nextPosition() {
    boolean endsEpoch = position.batch() >= MOST_BATCHES || random.nextInt(EPOCH_ENDS_ONE_IN) == 0;
    return endsEpoch
        ? Position.ofEpochs(position.epoch() + 1)
        : new Position(position.epoch(), position.batch() + 1);
  }

  void committed(Position reached, CommitAnswer answer) {
    position = reached;
    head = Optional.of(answer.head());
    commits++;
  }

  /** The manifest, which a worker would write as the last file of a checkpoint. */
  String manifest(Position at) {
    return PretendManifest.of(
        grant, session, at, commits, head, Long.toHexString(random.nextLong()));
  }
}
