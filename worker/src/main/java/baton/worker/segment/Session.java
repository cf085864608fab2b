package baton.worker.segment;

import baton.protocol.Grant;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.protocol.checkpoint.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * One run of a worker, as a state machine without clock, threads or I/O: it receives events and
 * returns actions. It asks for a lease, holds it, gives it back, and asks again.
 *
 * <p>Each request must be answered by exactly one event, at the latest by {@link Event.Unanswered}
 * on a timeout. The same holds for each order to the training thread and for {@link Action.Stop}.
 * Not thread-safe.
 */
public final class Session {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final Duration TO_RELEASE = Duration.ofSeconds(3);
  private static final Duration GRANT_IN_FLIGHT = Duration.ofSeconds(1);

  private final SegmentSettings settings;
  private final Attempts attempts;
  private final Optional<SessionEnd> end;
  private final Costs costs = new Costs();
  private final List<Action> out = new ArrayList<>();

  private int turn = 1;
  private Attempt ask;
  private Optional<LeaseSession> leaseSession = Optional.empty();
  private Optional<ReleasePlan> ending = Optional.empty();
  private Optional<Countdown> exitBy = Optional.empty();
  private Optional<Countdown> answerBy = Optional.empty();
  private Optional<Countdown> stopBy = Optional.empty();
  private Optional<Sha256> gone = Optional.empty();
  private Optional<Trouble> lastTrouble = Optional.empty();
  private Optional<Duration> timer = Optional.empty();
  private Moment idleSince;
  private Moment heardAt;
  private boolean inReach;
  private boolean over;

  /**
   * @param random the pauses between attempts are drawn from it
   * @param now when the session began
   */
  public Session(SegmentSettings settings, RandomGenerator random, Moment now) {
    this.settings = settings;
    this.attempts = new Attempts(random);
    this.end = settings.endsIn().map(duration -> new SessionEnd(now, duration));
    this.ask = attempts.withBackoff();
    this.idleSince = now;
    this.heardAt = now;
  }

  /** The actions that follow from this event, in order; empty once the session has ended. */
  public List<Action> step(Event event, Moment now) {
    if (over) {
      return List.of();
    }
    out.clear();
    event.tell(this, now);
    proceed(now);
    setTimer(now);
    return List.copyOf(out);
  }

  /** How long the lease lasts, as its holder counts; empty if there is none. */
  public Optional<Duration> leaseTimeLeft(Moment now) {
    return leaseSession.filter(h -> !h.isEnded()).map(h -> h.time().left(now));
  }

  // What happened.

  Optional<LeaseSession> leaseSession(int ofTurn) {
    return ofTurn == turn ? leaseSession : Optional.empty();
  }

  void shutdownAsked(Moment now) {
    if (answerBy.isEmpty()) {
      answerBy = Optional.of(new Countdown(now, GRANT_IN_FLIGHT));
      leave(
          new Countdown(now, settings.shutdownWithin()),
          new Countdown(now, settings.shutdownWithin().minus(TO_RELEASE)));
    }
  }

  void granted(int ofTurn, Grant grant, Moment sentAt, Moment now) {
    if (ofTurn != turn || leaseSession.isPresent()) {
      return;
    }
    hear(now);
    LeaseTime time = new LeaseTime(sentAt, grant.waited(), grant.ttl());
    leaseSession =
        Optional.of(
            new LeaseSession(
                turn, grant, time, costs, this::untilLeaving, attempts, out::add, now));
    ending.ifPresent(leaseSession.get()::leave);
  }

  void nothingNow(int ofTurn, Moment sentAt, Moment now) {
    if (isAsking(ofTurn)) {
      hear(now);
      if (now.since(sentAt).compareTo(AT_ONCE) < 0) {
        ask.failed(now);
      } else {
        ask.succeeded();
      }
    }
  }

  void restoreFailed(int ofTurn, StoreException.Kind kind, String message, Moment now) {
    leaseSession(ofTurn)
        .ifPresent(
            h -> {
              Optional<Sha256> head = h.grant().head().map(c -> c.digest());
              h.restoreFailed(kind, message, head.equals(gone), now);
              if (kind == StoreException.Kind.GONE) {
                gone = head;
              }
            });
  }

  void refused(int ofTurn, SegmentRequest request, WorkerRefusal why, String sentence, Moment now) {
    if (ofTurn != turn) {
      return;
    }
    hear(now);
    if (why == WorkerRefusal.TOKEN
        || (request == SegmentRequest.ASK && why == WorkerRefusal.MALFORMED)) {
      exit(Action.Exit.Why.REFUSED, sentence);
    } else if (isAsking(ofTurn) && request == SegmentRequest.ASK) {
      if (why == WorkerRefusal.LEASE_ENDED) {
        nextTurn();
      } else {
        ask.failed(now);
      }
    } else {
      leaseSession.ifPresent(h -> h.refused(request, why, sentence, now));
    }
  }

  void unanswered(int ofTurn, SegmentRequest request, Moment now) {
    if (ofTurn == turn) {
      inReach = false;
    }
    if (isAsking(ofTurn) && request == SegmentRequest.ASK) {
      ask.failed(now);
    } else {
      leaseSession(ofTurn).ifPresent(h -> h.unanswered(request, now));
    }
  }

  /**
   * The coordinator has answered a request of this turn; returns the turn's lease, if it is still
   * held.
   */
  Optional<LeaseSession> heard(int ofTurn, Moment now) {
    if (ofTurn == turn) {
      hear(now);
    }
    return leaseSession(ofTurn);
  }

  private void hear(Moment now) {
    heardAt = now;
    inReach = true;
  }

  private boolean isAsking(int ofTurn) {
    return ofTurn == turn && leaseSession.isEmpty();
  }

  // What follows from it.

  private void proceed(Moment now) {
    if (over) {
      return;
    }
    leaveIfSessionEnds(now);
    leaseSession.ifPresent(h -> h.proceed(now));
    if (exitBy.filter(by -> by.isOver(now)).isPresent()) {
      exit(Action.Exit.Why.DONE, "The session ends.");
    } else if (leaseSession.isPresent()) {
      closeIfEnded(leaseSession.get(), now);
    }
    if (!over && leaseSession.isEmpty()) {
      askOrExit(now);
    }
  }

  /**
   * Leaves in time for the last save. If a save would still be running when the last one must
   * begin, it becomes the last one.
   */
  private void leaveIfSessionEnds(Moment now) {
    Duration busy = leaseSession.map(h -> h.busyInAnyCase(now)).orElse(Duration.ZERO);
    if (untilLeaving(now).filter(left -> left.isZero() || left.compareTo(busy) < 0).isPresent()) {
      SessionEnd e = end.get();
      leave(new Countdown(e.begun(), e.endsIn()), e.untilTooLate());
    }
  }

  private void leave(Countdown toExit, Countdown toRelease) {
    exitBy = Optional.of(toExit);
    ending = Optional.of(ReleasePlan.sessionEnding(toRelease));
    leaseSession.ifPresent(h -> h.leave(ending.get()));
  }

  private void closeIfEnded(LeaseSession h, Moment now) {
    if (h.isEnded() && (exitBy.isPresent() || settings.once())) {
      exitAfter(h);
    } else if (h.isEnded() && h.isStopped()) {
      lastTrouble = h.trouble();
      leaseSession = Optional.empty();
      stopBy = Optional.empty();
      idleSince = now;
      nextTurn();
    } else if (h.isEnded() || h.isReleasing()) {
      exitIfStuck(h, now);
    }
  }

  private void exitAfter(LeaseSession h) {
    Optional<Trouble> trouble = exitBy.isPresent() ? Optional.empty() : h.trouble();
    exit(
        trouble.map(Session::whyOf).orElse(Action.Exit.Why.DONE),
        trouble
            .map(t -> t.message() + " " + t.remedy())
            .orElse(exitBy.isPresent() ? "The session ends." : "One lease is done."));
  }

  private static Action.Exit.Why whyOf(Trouble trouble) {
    return trouble.kind() == Trouble.Kind.PROGRAM
        ? Action.Exit.Why.PROGRAM
        : Action.Exit.Why.MACHINE;
  }

  private void exitIfStuck(LeaseSession h, Moment now) {
    if (!h.isStopped() && stopBy.isEmpty()) {
      stopBy = Optional.of(new Countdown(now, settings.stopWithin()));
    }
    if (!h.isStopped() && stopBy.get().isOver(now)) {
      exit(
          Action.Exit.Why.HUNG,
          "The program does not come back from a batch after it was stopped. Start the worker again.");
    } else if (now.since(heardAt).compareTo(settings.idleExit()) >= 0) {
      exit(Action.Exit.Why.UNREACHABLE, "The coordinator cannot be reached, and no work is left.");
    }
  }

  private void nextTurn() {
    turn++;
    ask = attempts.withBackoff();
  }

  private void askOrExit(Moment now) {
    Duration idleLeft = new Countdown(idleSince, settings.idleExit()).left(now);
    boolean answerMayCome = ask.isUnderWay() && answerBy.filter(by -> by.isOver(now)).isEmpty();
    if (exitBy.isPresent() && !answerMayCome) {
      exit(Action.Exit.Why.DONE, "The session ends.");
    } else if (idleLeft.isZero() && !ask.isUnderWay()) {
      exitIdle();
    } else if (ask.mayBegin(now)) {
      ask.begin();
      Duration wait =
          Stream.concat(Stream.of(settings.askWait(), idleLeft), untilLeaving(now).stream())
              .min(Duration::compareTo)
              .orElseThrow();
      out.add(new Action.Ask(turn, wait, end.map(e -> e.left(now))));
    }
  }

  private void exitIdle() {
    if (lastTrouble.isPresent()) {
      Trouble trouble = lastTrouble.get();
      exit(whyOf(trouble), trouble.message() + " " + trouble.remedy());
    } else if (!inReach) {
      exit(Action.Exit.Why.UNREACHABLE, "The coordinator could not be reached for long.");
    } else {
      exit(Action.Exit.Why.IDLE, "There was no work for long.");
    }
  }

  private void exit(Action.Exit.Why why, String sentence) {
    out.add(new Action.Exit(why, sentence));
    over = true;
  }

  private Optional<Duration> untilLeaving(Moment now) {
    return end.filter(e -> exitBy.isEmpty()).map(e -> e.untilLeaving(costs).left(now));
  }

  private void setTimer(Moment now) {
    if (over) {
      return;
    }
    Alarm alarm = new Alarm();
    alarm.after(untilLeaving(now));
    alarm.after(exitBy, now);
    alarm.after(answerBy, now);
    alarm.after(stopBy, now);
    if (leaseSession.isEmpty()) {
      alarm.after(ask.left(now));
      alarm.after(new Countdown(idleSince, settings.idleExit()).left(now));
    } else {
      leaseSession.get().set(alarm, now);
      if (leaseSession.get().isReleasing() || leaseSession.get().isEnded()) {
        alarm.after(new Countdown(heardAt, settings.idleExit()).left(now));
      }
    }
    Optional<Duration> next = alarm.soonest().map(now.monotonic()::plus);
    if (next.isPresent() && !next.equals(timer)) {
      out.add(new Action.SetTimer(next.get()));
    }
    timer = next;
  }
}
