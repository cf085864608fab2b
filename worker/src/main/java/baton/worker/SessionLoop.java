package baton.worker;

import baton.protocol.Grant;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The control thread: takes events, gives them to the session, and has the session's actions
 * carried out.
 */
final class SessionLoop implements Action.Hands {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  private final Session session;
  private final Supplier<Moment> clock;
  private final BlockingQueue<Event> events;
  private final Requests requests;
  private final DataFetcher dataFetcher;
  private final Transfers transfers;
  private final Trainer trainer;
  private final SessionListener listener;
  private Optional<Duration> timer = Optional.empty();
  private Optional<Action.Exit> exit = Optional.empty();
  private int turn;
  private Grant grant;

  SessionLoop(
      Session session,
      Supplier<Moment> clock,
      BlockingQueue<Event> events,
      Requests requests,
      DataFetcher dataFetcher,
      Transfers transfers,
      Trainer trainer,
      SessionListener listener) {
    this.session = session;
    this.clock = clock;
    this.events = events;
    this.requests = requests;
    this.dataFetcher = dataFetcher;
    this.transfers = transfers;
    this.trainer = trainer;
    this.listener = listener;
  }

  /** Runs the session to its end. */
  Action.Exit run() throws InterruptedException {
    step(new Event.Tick());
    while (exit.isEmpty()) {
      Event next = events.poll(untilTimer().toNanos(), TimeUnit.NANOSECONDS);
      step(next == null ? new Event.Tick() : next);
    }
    return exit.get();
  }

  private void step(Event event) {
    Moment now = clock.get();
    if (event instanceof Event.Granted granted && granted.turn() == turn) {
      grant = granted.grant();
      requests.holds(grant);
    }
    listener.happened(event, session.leaseTimeLeft(now));
    for (Action action : session.step(event, now)) {
      listener.wanted(action);
      action.by(this);
    }
  }

  /**
   * How long to wait for the next event; never very long, so that the session soon notices that a
   * laptop was asleep.
   */
  private Duration untilTimer() {
    Duration left = timer.map(at -> at.minus(clock.get().monotonic())).orElse(LONGEST_WAIT);
    return left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
  }

  @Override
  public void ask(Action.Ask ask) {
    turn = ask.turn();
    requests.ask(ask);
  }

  @Override
  public void fetch(Action.Fetch fetch) {
    dataFetcher.fetch(fetch.turn(), fetch.grant().spec().data().orElseThrow());
  }

  @Override
  public void restore(Action.Restore restore) {
    transfers.restore(restore.turn(), restore.grant());
  }

  @Override
  public void start(Action.Start start) {
    trainer.start(
        start.turn(),
        start.grant(),
        start.grant().head().map(head -> transfers.restored()),
        start.grant().spec().data().map(data -> dataFetcher.folder()));
  }

  @Override
  public void train(Action.Train train) {
    trainer.train(train.turn());
  }

  @Override
  public void evaluate(Action.Evaluate evaluate) {
    trainer.evaluate(evaluate.turn());
  }

  @Override
  public void takeSnapshot(Action.TakeSnapshot takeSnapshot) {
    trainer.takeSnapshot(takeSnapshot.turn());
  }

  @Override
  public void save(Action.Save save) {
    transfers.save(save, grant, trainer.facts());
  }

  @Override
  public void discard(Action.Discard discard) {
    discard.snapshot().release();
  }

  @Override
  public void commit(Action.Commit commit) {
    requests.commit(commit);
  }

  @Override
  public void renew(Action.Renew renew) {
    requests.renew(renew);
  }

  @Override
  public void release(Action.Release release) {
    requests.release(release);
  }

  @Override
  public void stop(Action.Stop stop) {
    dataFetcher.stop(stop.turn());
    transfers.stop(stop.turn());
    trainer.stop(stop.turn());
  }

  @Override
  public void setTimer(Action.SetTimer set) {
    timer = Optional.of(set.at());
  }

  @Override
  public void exit(Action.Exit how) {
    exit = Optional.of(how);
  }
}
