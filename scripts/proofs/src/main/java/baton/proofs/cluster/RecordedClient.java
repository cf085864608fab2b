package baton.proofs.cluster;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.HistoryFile;
import baton.proofs.pretend.PretendLeg;
import baton.protocol.Ask;
import baton.protocol.Directive;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.ReleaseReason;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.CommitAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;

/** One client whose every request and answer goes into the history. */
final class RecordedClient {
  private static final int NOT_NOW = 503;

  private final String name;
  private final CoordinatorClient client;
  private final HistoryFile history;

  RecordedClient(String name, CoordinatorClient client, HistoryFile history) {
    this.name = name;
    this.client = client;
    this.history = history;
  }

  /** A request of the client that is wrapped. */
  @FunctionalInterface
  private interface Request<T> {
    T send() throws ProblemException, UnreachableException, InterruptedException;
  }

  JobId submit(JobSpec spec, String key)
      throws ProblemException, UnreachableException, InterruptedException {
    return record(
        new Line(Op.SUBMIT),
        () -> client.submit(spec, Optional.of(key)).id(),
        (line, made) -> line.job = made);
  }

  Asked lease(Ask ask, Duration wait)
      throws ProblemException, UnreachableException, InterruptedException {
    return record(
        new Line(Op.ACQUIRE),
        () -> client.lease(ask, wait),
        (line, asked) -> {
          if (asked instanceof Asked.Leased leased) {
            Grant grant = leased.grant();
            line.of(grant.job(), grant.fence(), ask.session());
            line.position = grant.head().map(head -> head.position()).orElse(Position.START);
            line.lives(grant.ttl(), grant.waited());
          }
        });
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
            done.outcome = Outcome.REFUSED; // whoever is told to stop holds nothing
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
    return record(
        line,
        () -> client.commit(leg.held(), leg.head(), position, manifest, Optional.empty()),
        (done, answer) -> done.next = answer.next().name());
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
  }

  private <T> T record(Line line, Request<T> request, BiConsumer<Line, T> tell)
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

  /** A line in the making. */
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
