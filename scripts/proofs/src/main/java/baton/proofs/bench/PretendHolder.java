package baton.proofs.bench;

import baton.protocol.Ask;
import baton.protocol.Cadence;
import baton.protocol.Grant;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Policy;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.testing.PretendManifest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A worker that holds the lease of its own job, and does not train. */
final class PretendHolder {
  static final StoreId STORE = new StoreId("store");
  private static final Duration FOR_AS_LONG_AS_IT_TAKES = Duration.ofHours(1);
  private static final int EPOCHS = 1_000;

  private final CoordinatorClient client;
  private final Grant grant;
  private final Held held;
  private final SessionId session;
  private Position position = Position.START;
  private Optional<Sha256> head = Optional.empty();
  private int commits;

  private PretendHolder(CoordinatorClient client, Grant grant, Held held, SessionId session) {
    this.client = client;
    this.grant = grant;
    this.held = held;
    this.session = session;
  }

  /** Submits a job that only this session can run, and leases it. */
  static PretendHolder lease(CoordinatorClient admin, CoordinatorClient worker, String name)
      throws ProblemException, UnreachableException, InterruptedException {
    return lease(admin, worker, name, FOR_AS_LONG_AS_IT_TAKES);
  }

  /** Submits a job that only this session can run, and leases it for {@code ttl}. */
  static PretendHolder lease(
      CoordinatorClient admin, CoordinatorClient worker, String name, Duration ttl)
      throws ProblemException, UnreachableException, InterruptedException {
    admin.submit(spec(name, ttl), Optional.empty());
    SessionId session = new SessionId("session-" + name);
    String secret = "secret-" + name;
    Ask ask = ask(name, session, secret, STORE);
    if (worker.lease(ask, Duration.ofSeconds(10)) instanceof Asked.Leased leased) {
      return new PretendHolder(worker, leased.grant(), Held.of(leased.grant(), secret), session);
    }
    throw new IllegalStateException("The job " + name + " was submitted and cannot be leased.");
  }

  static Ask ask(String name, SessionId session, String secret, StoreId store) {
    return Ask.of(
            Sha256.ofText(secret), session, "worker-" + name, Set.of(name), Set.of(store), "none")
        .reading(Manifest.FORMAT);
  }

  static JobSpec spec(String name, Duration ttl) {
    Policy policy = Policy.DEFAULT.withTtl(ttl).withCadence(Cadence.EVERY_EPOCH);
    return JobSpec.of(name, name, EPOCHS).withSeed(1).withStore(STORE).withPolicy(policy);
  }

  /**
   * Returns the same holder on its own cheap connection; this one must not be used any more.
   *
   * @param store where it saves the files it commits; empty if it saves none
   */
  LeanHolder lean(URI coordinator, String token, Optional<Path> store) throws IOException {
    return new LeanHolder(coordinator, token, grant, held, session, store);
  }

  void renew() throws ProblemException, UnreachableException, InterruptedException {
    client.renew(held, Phase.TRAIN, position, commits, OptionalDouble.of(0.5));
  }

  void commit() throws ProblemException, UnreachableException, InterruptedException {
    Position next = new Position(position.epoch(), position.batch() + 1);
    String manifest = PretendManifest.of(grant, session, next, commits, head, "state " + commits);
    head = Optional.of(client.commit(held, head, next, manifest, Optional.empty()).head());
    position = next;
    commits++;
  }
}
