package baton.proofs.crash;

import baton.proofs.crash.Acknowledged.Granted;
import baton.proofs.crash.Acknowledged.Released;
import baton.proofs.pretend.PretendLeg;
import baton.protocol.AfterCommit;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.message.CommitAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A worker that does not train: it leases, renews, commits and releases as fast as it is answered,
 * and vanishes now and then without a word.
 */
final class LoadWorker implements CrashTrial.Part {
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final int VANISHES_ONE_IN = 300;
  private static final int LEAVES_ONE_IN = 40;
  private static final int RENEWS_ONE_IN = 4;

  private final String name;
  private final CoordinatorClient client;
  private final Ledger ledger;
  private final Repeats repeats;
  private final SplittableRandom random;
  private final Persistence persistence;
  private int sessions;
  private SessionId session;
  private String secret;
  private long askedAt;
  private Optional<PretendLeg> leg = Optional.empty();

  LoadWorker(
      String name,
      CoordinatorClient worker,
      Ledger ledger,
      Repeats repeats,
      SplittableRandom random) {
    this.name = name;
    this.client = worker;
    this.ledger = ledger;
    this.repeats = repeats;
    this.random = random;
    this.persistence = new Persistence(random.split());
    newSession();
  }

  @Override
  public void step() throws ProblemException, InterruptedException {
    if (leg.isEmpty()) {
      ask();
      return;
    }
    PretendLeg held = leg.get();
    try {
      goOn(held);
    } catch (ProblemException e) {
      // A lease that has run out may have been given to another; before, it may not (R9).
      if (!e.type().equals(Optional.of(ProblemType.STALE_FENCE)) || held.isLive()) {
        throw e;
      }
      leg = Optional.empty();
      newSecret();
    }
  }

  private void goOn(PretendLeg held) throws ProblemException, InterruptedException {
    if (random.nextInt(VANISHES_ONE_IN) == 0) {
      newSession();
    } else if (random.nextInt(LEAVES_ONE_IN) == 0) {
      release(held, ReleaseReason.SESSION_ENDING);
      newSession();
    } else if (random.nextInt(RENEWS_ONE_IN) == 0) {
      renew(held);
    } else {
      commit(held);
    }
  }

  private void ask() throws ProblemException, InterruptedException {
    Ask ask = askNow();
    long[] sent = new long[1];
    try {
      Asked asked =
          persistence.answerTo(
              () -> {
                sent[0] = System.nanoTime();
                return client.lease(ask, WAIT);
              });
      if (asked instanceof Asked.Leased leased) {
        granted(ask, leased.grant(), sent[0]);
      }
    } catch (ProblemException e) {
      if (!isEnded(e)) {
        throw e;
      }
      newSecret(); // granted while nobody heard of it, and run out since
    }
  }

  private void granted(Ask ask, Grant grant, long sentNanos) {
    Held held = Held.of(grant, secret);
    leg = Optional.of(new PretendLeg(grant, held, session, random.split(), sentNanos));
    ledger.add(
        new Granted(
            grant.job(),
            grant.fence(),
            ask.secretHash(),
            session,
            grant.segment(),
            askedAt,
            ledger.tick()));
    repeats.remember(() -> askAgain(ask, grant));
  }

  private Optional<String> askAgain(Ask ask, Grant first)
      throws ProblemException, java.io.IOException, InterruptedException {
    try {
      boolean same =
          client.lease(ask, Duration.ZERO) instanceof Asked.Leased leased
              && leased.grant().job().equals(first.job())
              && leased.grant().fence().equals(first.fence());
      return same
          ? Optional.empty()
          : Optional.of(
              "who was granted lease %s of job %s asked again and got something else"
                  .formatted(first.fence(), first.job()));
    } catch (ProblemException e) {
      if (!isEnded(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private void renew(PretendLeg held) throws ProblemException, InterruptedException {
    long[] sent = new long[1];
    Renewal renewal =
        persistence.answerTo(
            () -> {
              sent[0] = System.nanoTime();
              return client.renew(
                  held.held(),
                  Phase.TRAIN,
                  held.position(),
                  held.commits(),
                  OptionalDouble.of(0.5));
            });
    held.renewed(sent[0], renewal);
    if (renewal.directive() == Directive.CHECKPOINT_AND_RELEASE) {
      release(held, ReleaseReason.COMPLETED);
    }
  }

  private void commit(PretendLeg held) throws ProblemException, InterruptedException {
    Position position = held.nextPosition();
    String manifest = held.manifest(position);
    Optional<Sha256> parent = held.head();
    CommitAnswer answer =
        persistence.answerTo(
            () -> client.commit(held.held(), parent, position, manifest, Optional.empty()));
    boolean complete = answer.next() == AfterCommit.COMPLETE;
    ledger.add(
        new Acknowledged.Committed(
            held.held().job(),
            held.held().fence(),
            Sha256.ofText(manifest),
            parent,
            position,
            complete));
    repeats.remember(
        () ->
            client.commit(held.held(), parent, position, manifest, Optional.empty()).equals(answer)
                ? Optional.empty()
                : Optional.of(
                    "the commit of %s under %s was sent again and answered differently"
                        .formatted(position, held.held())));
    held.committed(position, answer);
    if (complete) {
      leg = Optional.empty();
      newSecret();
    } else if (answer.next() == AfterCommit.RELEASE) {
      release(held, ReleaseReason.COMPLETED);
    }
  }

  private void release(PretendLeg held, ReleaseReason why)
      throws ProblemException, InterruptedException {
    persistence.answerTo(
        () -> {
          client.release(held.held(), why, Optional.empty());
          return why;
        });
    ledger.add(new Released(held.held().job(), held.held().fence()));
    repeats.remember(
        () -> {
          client.release(held.held(), why, Optional.empty());
          return Optional.empty();
        });
    leg = Optional.empty();
    newSecret();
  }

  private Ask askNow() {
    return new Ask(
        Sha256.ofText(secret),
        session,
        name,
        Set.of(LoadOperator.PROGRAM),
        Set.of(new StoreId("store")),
        "none",
        Optional.empty(),
        Manifest.FORMAT);
  }

  private void newSession() {
    session = new SessionId(name + "-" + ++sessions);
    leg = Optional.empty();
    newSecret();
  }

  private void newSecret() {
    secret = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    askedAt = ledger.tick();
  }

  private static boolean isEnded(ProblemException e) {
    return e.type().equals(Optional.of(ProblemType.LEASE_ENDED));
  }
}
