package baton.proofs.cluster;

import baton.proofs.pretend.PretendLeg;
import baton.protocol.AfterCommit;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Grant;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.client.Asked;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.CommitAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A worker that does not train: it leases, renews, commits and releases at the pace of a worker
 * with short epochs, and vanishes now and then without a word, or sleeps past its lease's end and
 * goes on as if nothing had been. What is not answered it sends again, the very same, until it is
 * (R8).
 */
final class SimulatedWorker {
  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final int LEAST_BETWEEN_MILLIS = 200;
  private static final int MOST_BETWEEN_MILLIS = 1_200;
  private static final int COMMITS_ONE_IN = 3;
  private static final int VANISHES_ONE_IN = 300;
  private static final int SLEEPS_ONE_IN = 150;
  private static final int LEAST_ASLEEP_MILLIS = 4_000;
  private static final int MOST_ASLEEP_MILLIS = 15_000;
  private static final int LEAVES_ONE_IN = 60;
  private static final int TEMPORARY = 503;

  private final String name;
  private final RecordedClient client;
  private final SplittableRandom random;
  private final BooleanSupplier over;
  private int sessions;
  private SessionId session;
  private String secret;
  private Optional<PretendLeg> leg = Optional.empty();

  SimulatedWorker(
      String name, RecordedClient client, SplittableRandom random, BooleanSupplier over) {
    this.name = name;
    this.client = client;
    this.random = random;
    this.over = over;
    newSession();
  }

  /** A request to a cluster of which some may be down. */
  @FunctionalInterface
  private interface Request<T> {
    T send() throws ProblemException, UnreachableException, InterruptedException;
  }

  /** Until all is over. */
  void work() throws ProblemException, InterruptedException {
    while (!over.getAsBoolean()) {
      if (leg.isEmpty()) {
        ask();
      } else {
        goOn(leg.get());
      }
    }
  }

  private void ask() throws ProblemException, InterruptedException {
    Ask ask =
        new Ask(
            Sha256.ofText(secret),
            session,
            name,
            Set.of(Jobs.PROGRAM),
            Set.of(Jobs.STORE),
            "none",
            Optional.empty(),
            Manifest.FORMAT);
    long[] sent = new long[1];
    try {
      Optional<Asked> asked =
          answerTo(
              () -> {
                sent[0] = System.nanoTime();
                return client.lease(ask, WAIT);
              });
      if (asked.orElse(null) instanceof Asked.Leased leased) {
        Grant grant = leased.grant();
        Held held = Held.of(grant, secret);
        leg = Optional.of(new PretendLeg(grant, held, session, random.split(), sent[0]));
      }
    } catch (ProblemException e) {
      if (!isLost(e)) {
        throw e;
      }
      newSecret(); // granted while nobody heard of it, and run out since
    }
  }

  private void goOn(PretendLeg held) throws ProblemException, InterruptedException {
    try {
      if (random.nextInt(VANISHES_ONE_IN) == 0) {
        newSession();
      } else if (random.nextInt(SLEEPS_ONE_IN) == 0) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LEAST_ASLEEP_MILLIS, MOST_ASLEEP_MILLIS));
      } else if (random.nextInt(LEAVES_ONE_IN) == 0) {
        release(held, ReleaseReason.SESSION_ENDING);
        newSession();
      } else if (random.nextInt(COMMITS_ONE_IN) == 0) {
        commit(held);
      } else {
        renew(held);
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(LEAST_BETWEEN_MILLIS, MOST_BETWEEN_MILLIS));
    } catch (ProblemException e) {
      if (!isLost(e)) {
        throw e;
      }
      drop(); // whether it was to be lost is the checker's business
    }
  }

  private void renew(PretendLeg held) throws ProblemException, InterruptedException {
    Optional<Directive> told = answerTo(() -> client.renew(held, session)).map(Renewal::directive);
    if (told.equals(Optional.of(Directive.CHECKPOINT_AND_RELEASE))) {
      release(held, ReleaseReason.COMPLETED);
    } else if (told.equals(Optional.of(Directive.STOP))) {
      drop();
    }
  }

  private void commit(PretendLeg held) throws ProblemException, InterruptedException {
    Position position = held.nextPosition();
    String manifest = held.manifest(position);
    Optional<CommitAnswer> answer =
        answerTo(() -> client.commit(held, session, position, manifest));
    if (answer.isPresent()) {
      held.committed(position, answer.get());
      if (answer.get().next() == AfterCommit.COMPLETE) {
        drop();
      } else if (answer.get().next() == AfterCommit.RELEASE) {
        release(held, ReleaseReason.COMPLETED);
      }
    }
  }

  private void release(PretendLeg held, ReleaseReason why)
      throws ProblemException, InterruptedException {
    answerTo(
        () -> {
          client.release(held, session, why);
          return why;
        });
    drop();
  }

  /** The answer, which may be a refusal; empty: all is over and nobody has answered. */
  private <T> Optional<T> answerTo(Request<T> request)
      throws ProblemException, InterruptedException {
    while (true) {
      try {
        return Optional.of(request.send());
      } catch (UnreachableException e) {
        pause();
      } catch (ProblemException e) {
        if (e.status() != TEMPORARY) {
          throw e;
        }
        pause();
      }
      if (over.getAsBoolean()) {
        return Optional.empty();
      }
    }
  }

  private void pause() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(LEAST_BETWEEN_MILLIS, MOST_BETWEEN_MILLIS));
  }

  private void drop() {
    leg = Optional.empty();
    newSecret();
  }

  private void newSession() {
    session = new SessionId(name + "-" + ++sessions);
    drop();
  }

  private void newSecret() {
    secret = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
  }

  private static boolean isLost(ProblemException e) {
    return e.type()
        .filter(type -> type == ProblemType.STALE_FENCE || type == ProblemType.LEASE_ENDED)
        .isPresent();
  }
}
