package baton.worker.http;

import baton.protocol.Ask;
import baton.protocol.client.Asked;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.Held;
import baton.protocol.client.ProblemException;
import baton.protocol.client.Renewal;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.CommitAnswer;
import baton.worker.segment.Action;
import baton.worker.segment.CoordinatorPort;
import baton.worker.segment.Event;
import baton.worker.segment.LeaseKey;
import baton.worker.segment.Moment;
import baton.worker.segment.SegmentRequest;
import java.time.Duration;

/** The coordinator over HTTP: turns answers, problems and timeouts into events. */
public final class HttpCoordinator implements CoordinatorPort {
  private final CoordinatorClient client;

  public HttpCoordinator(CoordinatorClient client) {
    this.client = client;
  }

  @Override
  public Event ask(int turn, Ask ask, Duration holdFor, Moment sentAt) throws InterruptedException {
    return answer(
        turn,
        SegmentRequest.ASK,
        () -> {
          Asked asked = client.lease(ask, holdFor);
          return asked instanceof Asked.Leased leased
              ? new Event.Granted(turn, leased.grant(), sentAt)
              : new Event.NothingNow(turn, ((Asked.Nothing) asked).reason(), sentAt);
        });
  }

  @Override
  public Event renew(LeaseKey key, Action.Renew renew, Moment sentAt) throws InterruptedException {
    return answer(
        renew.turn(),
        SegmentRequest.RENEW,
        () -> {
          Renewal renewal =
              client.renew(
                  held(key),
                  renew.phase(),
                  renew.position(),
                  renew.progress(),
                  renew.loss(),
                  renew.saving());
          return Event.Renewed.of(
                  renew.turn(), sentAt, renewal.ttl(), renewal.directive(), renewal.reason())
              .after(renewal.waited())
              .knowing(renewal.lifetime());
        });
  }

  @Override
  public Event commit(LeaseKey key, Action.Commit commit) throws InterruptedException {
    return answer(
        commit.turn(),
        SegmentRequest.COMMIT,
        () -> {
          CommitAnswer committed =
              client.commit(
                  held(key),
                  commit.checkpoint().parent(),
                  commit.checkpoint().position(),
                  commit.manifest(),
                  commit.finalReason());
          return new Event.Committed(
              commit.turn(), committed.head(), committed.next(), committed.trainTo());
        });
  }

  @Override
  public Event release(LeaseKey key, Action.Release release) throws InterruptedException {
    return answer(
        release.turn(),
        SegmentRequest.RELEASE,
        () -> {
          client.release(held(key), release.why(), release.trouble());
          return new Event.Released(release.turn());
        });
  }

  private static Held held(LeaseKey key) {
    return new Held(key.job(), key.fence(), key.secret());
  }

  /** One request and its successful answer. */
  private interface Call {
    Event send() throws ProblemException, UnreachableException, InterruptedException;
  }

  private static Event answer(int turn, SegmentRequest request, Call call)
      throws InterruptedException {
    try {
      return call.send();
    } catch (ProblemException e) {
      return Refusals.of(e)
          .<Event>map(why -> new Event.Refused(turn, request, why, e.getMessage()))
          .orElseGet(() -> new Event.Unanswered(turn, request, e.getMessage()));
    } catch (UnreachableException e) {
      return new Event.Unanswered(turn, request, e.getMessage());
    }
  }
}
