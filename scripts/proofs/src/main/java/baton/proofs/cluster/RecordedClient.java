package baton.proofs.cluster;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.HistoryFile;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.CommitAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;

/**
 * A client that records every request and answer in the history; acknowledged requests may be
 * repeated much later.
 */
final class RecordedClient {
  private static final int NOT_NOW = 503;

  private final String name;
  private final CoordinatorClient client;
  private final HistoryFile history;
  private final Repeats repeats;

  RecordedClient(String name, CoordinatorClient client, HistoryFile history, Repeats repeats) {
    this.name = name;
    this.client = client;
    this.history = history;
    this.repeats = repeats;
  }

  JobId submit(JobSpec spec, String key)
      throws ProblemException, UnreachableException, InterruptedException {
    JobId job =
        record(
            new Line(Op.SUBMIT),
            () -> client.submit(spec, Optional.of(key)).id(),
            (line, made) -> line.job = made);
    repeats.remember(
        () ->
            when(
                !client.submit(spec, Optional.of(key)).id().equals(job),
                "%s was submitted again and is another job now",
                spec.name()));
    return job;
  }

  /** Pauses or resumes; returns which. */
  Boolean steer(JobId job, boolean pause)
      throws ProblemException, UnreachableException, InterruptedException {
    Line line = new Line(pause ? Op.PAUSE : Op.RESUME);
    line.job = job;
    return record(
        line,
        () -> {
          if (pause) {
            client.pause(job);
          } else {
            client.resume(job);
          }
          return pause;
        },
        (done, answer) -> {});
  }

  /** The state of a job; looking changes nothing and is not recorded. */
  String state(JobId job) throws ProblemException, UnreachableException, InterruptedException {
    return client.job(job).state();
  }

  Asked lease(Ask ask, Duration wait)
      throws ProblemException, UnreachableException, InterruptedException {
    Line begun = new Line(Op.ACQUIRE);
    begun.digest = ask.secretHash();
    Asked answer =
        record(
            begun,
            () -> client.lease(ask, wait),
            (line, asked) -> {
              if (asked instanceof Asked.Leased leased) {
                Grant grant = leased.grant();
                line.of(grant.job(), grant.fence(), ask.session());
                line.position = grant.head().map(head -> head.position()).orElse(Position.START);
                line.lives(grant.ttl(), grant.waited());
              }
            });
    if (answer instanceof Asked.Leased leased) {
      repeats.remember(() -> askAgain(ask, leased.grant()));
    }
    return answer;
  }

  private Optional<String> askAgain(Ask ask, Grant first)
      throws ProblemException, UnreachableException, InterruptedException {
    try {
      boolean same =
          client.lease(ask, Duration.ZERO) instanceof Asked.Leased leased
              && leased.grant().job().equals(first.job())
              && leased.grant().fence().equals(first.fence());
      return when(
          !same,
          "who was granted lease %s of job %s asked again and got something else",
          first.fence(),
          first.job());
    } catch (ProblemException e) {
      if (!e.type().equals(Optional.of(ProblemType.LEASE_ENDED))) {
        throw e;
      }
      return Optional.empty();
    }
  }

  Renewal renew(PretendLeg leg, SessionId session)
      throws ProblemException, UnreachableException, InterruptedException {
    Line line = new Line(Op.RENEW).of(leg.held().job(), leg.held().fence(), session);
    line.position = leg.position();
    return record(
        line,
        () ->
            client.renew(
                leg.held(), Phase.TRAIN, leg.position(), leg.commits(), OptionalDouble.of(0.5)),
        (done, renewal) -> {
          if (renewal.directive() == Directive.STOP) {
            done.outcome = Outcome.REFUSED; // a holder told to stop holds no lease
          } else {
            done.lives(renewal.ttl(), renewal.waited());
          }
        });
  }

  CommitAnswer commit(PretendLeg leg, SessionId session, Position position, String manifest)
      throws ProblemException, UnreachableException, InterruptedException {
    Line line = new Line(Op.COMMIT).of(leg.held().job(), leg.held().fence(), session);
    line.position = position;
    line.parent = leg.head().orElse(null);
    line.digest = Sha256.ofText(manifest);
    Held held = leg.held();
    Optional<Sha256> parent = leg.head();
    CommitAnswer answer =
        record(
            line,
            () -> client.commit(held, parent, position, manifest, Optional.empty()),
            (done, told) -> done.next = told.next().name());
    repeats.remember(
        () ->
            when(
                !client.commit(held, parent, position, manifest, Optional.empty()).equals(answer),
                "the commit of %s under %s was sent again and answered differently",
                position,
                held));
    return answer;
  }

  void release(PretendLeg leg, SessionId session, ReleaseReason why)
      throws ProblemException, UnreachableException, InterruptedException {
    record(
        new Line(Op.RELEASE).of(leg.held().job(), leg.held().fence(), session),
        () -> {
          client.release(leg.held(), why, Optional.empty());
          return why;
        },
        (done, answer) -> {});
    Held held = leg.held();
    repeats.remember(
        () -> {
          client.release(held, why, Optional.empty());
          return Optional.empty();
        });
  }

  private static Optional<String> when(boolean wrong, String what, Object... values) {
    return wrong ? Optional.of(what.formatted(values)) : Optional.empty();
  }

  private <T> T record(Line line, Persistence.Request<T> request, BiConsumer<Line, T> tell)
      throws ProblemException, UnreachableException, InterruptedException {
    line.sent = history.now();
    try {
      T answer = request.send();
      line.outcome = Outcome.OK;
      tell.accept(line, answer);
      return answer;
    } catch (ProblemException e) {
      line.outcome = e.status() == NOT_NOW ? Outcome.UNKNOWN : Outcome.REFUSED;
      line.refusal = e.problem().type();
      throw e;
    } finally {
      line.write();
    }
  }

  /** A line of the history that is not complete yet. */
  private final class Line {
    private final Op op;
    private long sent;
    private Outcome outcome = Outcome.UNKNOWN;
    private JobId job;
    private Fence fence;
    private SessionId session;
    private Position position;
    private Sha256 parent;
    private Sha256 digest;
    private Long ttlMs;
    private Long waitedMs;
    private String next;
    private String refusal;

    Line(Op op) {
      this.op = op;
    }

    Line of(JobId ofJob, Fence ofFence, SessionId ofSession) {
      job = ofJob;
      fence = ofFence;
      session = ofSession;
      return this;
    }

    void lives(Duration ttl, Duration waited) {
      ttlMs = ttl.toMillis();
      waitedMs = waited.toMillis();
    }

    void write() {
      history.add(
          new Call(
              op,
              name,
              sent,
              history.now(),
              outcome,
              job,
              fence,
              session,
              position,
              parent,
              digest,
              ttlMs,
              waitedMs,
              next,
              refusal));
    }
  }
}
