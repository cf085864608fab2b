package baton.worker;

import baton.protocol.Ask;
import baton.protocol.Grant;
import baton.protocol.Sha256;
import baton.worker.segment.Action;
import baton.worker.segment.CoordinatorPort;
import baton.worker.segment.Event;
import baton.worker.segment.LeaseKey;
import baton.worker.segment.Moment;
import baton.worker.segment.SegmentRequest;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to the coordinator, each on a thread of its own, so that a renewal never waits for
 * an upload, a commit or a long poll. Used only by the control thread.
 */
final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  private final CoordinatorPort coordinator;
  private final Identity identity;
  private final Supplier<String> newSecret;
  private final Supplier<Moment> clock;
  private final Consumer<Event> events;
  private final Consumer<LeaseKey> holding;
  private final ExecutorService threads = Threads.asNeeded("request");
  private int turn;
  private String secret;
  private LeaseKey key;

  Requests(
      CoordinatorPort coordinator,
      Identity identity,
      Supplier<String> newSecret,
      Supplier<Moment> clock,
      Consumer<Event> events,
      Consumer<LeaseKey> holding) {
    this.coordinator = coordinator;
    this.identity = identity;
    this.newSecret = newSecret;
    this.clock = clock;
    this.events = events;
    this.holding = holding;
  }

  void ask(Action.Ask ask) {
    if (ask.turn() != turn) {
      turn = ask.turn();
      secret = newSecret.get();
    }
    Ask body = identity.ask(Sha256.ofText(secret), ask.endsIn().filter(d -> !d.isZero()));
    send(
        turn,
        SegmentRequest.ASK,
        sentAt -> coordinator.ask(ask.turn(), body, ask.holdFor(), sentAt));
  }

  /** Sets the turn's lease, for which all requests but asks are sent. */
  void holds(Grant grant) {
    key = LeaseKey.of(grant, secret);
    holding.accept(key);
  }

  void renew(Action.Renew renew) {
    LeaseKey of = key;
    send(renew.turn(), SegmentRequest.RENEW, sentAt -> coordinator.renew(of, renew, sentAt));
  }

  void commit(Action.Commit commit) {
    LeaseKey of = key;
    send(commit.turn(), SegmentRequest.COMMIT, sentAt -> coordinator.commit(of, commit));
  }

  void release(Action.Release release) {
    LeaseKey of = key;
    send(release.turn(), SegmentRequest.RELEASE, sentAt -> coordinator.release(of, release));
  }

  /** One request, given the time at which it is sent. */
  private interface Call {
    Event send(Moment sentAt) throws InterruptedException;
  }

  private void send(int ofTurn, SegmentRequest request, Call call) {
    threads.execute(
        () -> {
          try {
            events.accept(call.send(clock.get()));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            LOG.warn("A request could not be sent: {}", e.toString());
            events.accept(new Event.Unanswered(ofTurn, request, e.toString()));
          }
        });
  }
}
