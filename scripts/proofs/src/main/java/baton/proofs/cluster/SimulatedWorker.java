package baton.proofs.cluster;

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
import baton.protocol.message.CommitAnswer;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A worker that does not train: it leases, renews, commits and releases, and now and then it
 * vanishes without warning, or sleeps past its lease's end and goes on as if nothing had happened.
 */
final class SimulatedWorker {
  private static final int VANISHES_ONE_IN = 300;
  private static final int LEAVES_ONE_IN = 60;

  private final String name;
  private final RecordedClient client;
  private final Jobs jobs;
  private final Persistence persistence;
  private final Pace pace;
  private final SplittableRandom random;
  private int sessions;
  private SessionId session;
  private String secret;
  private Optional<PretendLeg> leg = Optional.empty();

  SimulatedWorker(String name, RecordedClient client, Jobs jobs, Persistence persistence) {
    this.name = name;
    this.client = client;
    this.jobs = jobs;
    this.persistence = persistence;
    this.pace = persistence.pace();
    this.random = persistence.random();
    newSession();
  }

  /** Works until the trial is over. */
  void work() throws ProblemException, InterruptedException {
    while (!persistence.over().getAsBoolean()) {
      if (leg.isEmpty()) {
        ask();
      } else {
        goOn(leg.get());
      }
    }
  }

  private void ask() throws ProblemException, InterruptedException {
    Ask ask =
        Ask.of(
                Sha256.ofText(secret),
                session,
                name,
                Set.of(Jobs.PROGRAM),
                Set.of(Jobs.STORE),
                "none")
            .reading(Manifest.FORMAT);
    try {
      Optional<Asked> asked = persistence.answerTo(() -> client.lease(ask, pace.held()));
      if (asked.orElse(null) instanceof Asked.Leased leased) {
        Grant grant = leased.grant();
        Held held = Held.of(grant, secret);
        leg = Optional.of(new PretendLeg(grant, held, session, random.split()));
      }
    } catch (ProblemException e) {
      if (!isLost(e)) {
        throw e;
      }
      newSecret(); // the lease was granted, its answer was lost, and it has run out since
    }
  }

  private void goOn(PretendLeg held) throws ProblemException, InterruptedException {
    try {
      if (random.nextInt(VANISHES_ONE_IN) == 0) {
        newSession();
      } else if (pace.sleeps(random)) {
        return;
      } else if (random.nextInt(LEAVES_ONE_IN) == 0) {
        release(held, ReleaseReason.SESSION_ENDING);
        newSession();
      } else if (pace.commits(random)) {
        commit(held);
      } else {
        renew(held);
      }
      pace.pauseBetween(random);
    } catch (ProblemException e) {
      if (!isLost(e)) {
        throw e;
      }
      drop(); // the checker judges whether it should have been lost
    }
  }

  private void renew(PretendLeg held) throws ProblemException, InterruptedException {
    Optional<Directive> told =
        persistence.answerTo(() -> client.renew(held, session)).map(Renewal::directive);
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
        persistence.answerTo(() -> client.commit(held, session, position, manifest));
    if (answer.isPresent()) {
      held.committed(position, answer.get());
      if (answer.get().next() == AfterCommit.COMPLETE) {
        jobs.completed(held.held().job());
        drop();
      } else if (answer.get().next() == AfterCommit.RELEASE) {
        release(held, ReleaseReason.COMPLETED);
      }
    }
  }

  private void release(PretendLeg held, ReleaseReason why)
      throws ProblemException, InterruptedException {
    persistence.answerTo(
        () -> {
          client.release(held, session, why);
          return why;
        });
    drop();
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
