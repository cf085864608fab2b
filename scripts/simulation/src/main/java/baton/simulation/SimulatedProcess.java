package baton.simulation;

import baton.protocol.Directive;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.worker.segment.Action;
import baton.worker.segment.Event;
import baton.worker.segment.Moment;
import baton.worker.segment.SegmentSettings;
import baton.worker.segment.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A worker's machine: it starts a session, dies without warning, sleeps, loses its network, and is
 * restarted by a person. The session is the real one; {@link SimulatedHands} carries out its
 * actions.
 */
final class SimulatedProcess {
  private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");

  final World world;
  final Scenario.Machine machine;
  final Chance chance;

  private int lives;
  private int coordinator;
  private boolean alive;
  private boolean hanging;
  private Duration slept = Duration.ZERO;
  private Duration asleepUntil = Duration.ZERO;
  private Duration cutUntil = Duration.ZERO;
  private Duration wallSkew = Duration.ZERO;
  private Session session;
  private SessionId sessionId;
  private Duration timer = Duration.ZERO;
  private Conduct conduct;
  private SimulatedHands hands;

  SimulatedProcess(World world, Scenario.Machine machine) {
    this.world = world;
    this.machine = machine;
    this.chance = world.chance.split();
  }

  SessionId sessionId() {
    return sessionId;
  }

  Sha256 secretHash(int turn) {
    return Sha256.ofText(sessionId + "/" + turn);
  }

  boolean isConnected() {
    return alive && world.agenda.now().compareTo(cutUntil) >= 0 && !isAsleep();
  }

  /** The number of the coordinator that it talks to. */
  int coordinator() {
    return coordinator;
  }

  void changeOver() {
    coordinator++;
  }

  /** How many times it was booted. */
  int life() {
    return lives;
  }

  boolean isAlive() {
    return alive;
  }

  /** A person starts a session on a fresh machine. */
  void boot() {
    if (alive) {
      return;
    }
    lives++;
    alive = true;
    hanging = false;
    sessionId = new SessionId("%s-%d".formatted(machine.name(), lives));
    Optional<Duration> endsIn = world.knownLength(chance);
    world.referee.opened(sessionId, machine.stores(), endsIn);
    conduct = new Conduct(world.referee, sessionId, endsIn.isPresent());
    hands = new SimulatedHands(this, new SimulatedHands.Bench());
    SegmentSettings usual = SegmentSettings.DEFAULT.idleFor(world.scenario.sessions().idleExit());
    SegmentSettings settings = endsIn.map(usual::endingIn).orElse(usual);
    session = new Session(settings, new SplittableRandom(chance.number()), moment());
    Optional<Duration> killed = world.scenario.sessions().killedAfter().apply(chance);
    world.watcher.sessionBegan(
        this, Stream.concat(endsIn.stream(), killed.stream()).min(Duration::compareTo));
    world.watcher.does(this, Activity.BOOTING);
    killed.ifPresent(span -> after(span, this::die));
    after(world.pace.boot().draw(chance), () -> feed(new Event.Tick()));
  }

  /** The machine dies, and all that was in progress is lost. */
  void die() {
    if (alive) {
      alive = false;
      world.watcher.does(this, Activity.GONE);
      world.sessionEnded(this, "killed");
    }
  }

  /** The session ends itself. */
  void exit(Action.Exit exit) {
    alive = false;
    world.watcher.does(this, Activity.GONE);
    world.sessionEnded(this, exit.why().name().toLowerCase(Locale.ROOT));
  }

  void askToShutDown() {
    after(Duration.ZERO, () -> feed(new Event.ShutdownAsked()));
  }

  void hang() {
    hanging = true;
  }

  boolean isHanging() {
    return hanging;
  }

  void sleepFor(Duration duration) {
    if (!isAsleep()) {
      asleepUntil = world.agenda.now().plus(duration);
      slept = slept.plus(duration);
    }
  }

  void cutFor(Duration duration) {
    cutUntil = world.agenda.now().plus(duration);
  }

  void jumpClock(Duration by) {
    wallSkew = wallSkew.plus(by);
  }

  /** Does something later in this life of the worker; if it sleeps then, once it is awake. */
  void after(Duration delay, Runnable what) {
    int ofLife = lives;
    world.agenda.after(
        delay,
        () -> {
          if (!alive || lives != ofLife) {
            return;
          }
          if (isAsleep()) {
            after(asleepUntil.minus(world.agenda.now()), what);
          } else {
            what.run();
          }
        });
  }

  /** Tells the session what happened, and carries out its actions. */
  void feed(Event event) {
    conduct.told(event);
    if (Conduct.tellsEnd(event) && !world.core.heedsStop()) {
      return;
    }
    act(event);
  }

  /** Makes the session believe that its lease has ended, though no coordinator said so. */
  void giveUp(int turn) {
    act(Event.Renewed.of(turn, moment(), Duration.ZERO, Directive.STOP, "out of reach"));
  }

  private void act(Event event) {
    for (Action action : session.step(event, moment())) {
      conduct.wants(action);
      if (alive) {
        action.by(hands);
      }
    }
  }

  void setTimer(Duration at) {
    timer = at;
    after(
        at.minus(moment().monotonic()),
        () -> {
          if (!timer.equals(at)) {
            return;
          }
          if (moment().monotonic().compareTo(at) < 0) {
            setTimer(at); // the machine slept meanwhile, and its monotonic clock stood still
          } else {
            feed(new Event.Tick());
          }
        });
  }

  Moment moment() {
    Duration sleeping = isAsleep() ? asleepUntil.minus(world.agenda.now()) : Duration.ZERO;
    Duration monotonic = world.agenda.now().minus(slept).plus(sleeping);
    return new Moment(monotonic, EPOCH.plus(world.agenda.now()).plus(wallSkew));
  }

  Optional<Duration> leaseTimeLeft() {
    return session.leaseTimeLeft(moment());
  }

  private boolean isAsleep() {
    return world.agenda.now().compareTo(asleepUntil) < 0;
  }
}
