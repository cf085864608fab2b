package baton.scripts.demo;

import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
import baton.scripts.process.SiteFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The relay as it is played, each worker replaced when it has ended.
 *
 * <ol>
 *   <li>The first sessions come one after another; they know their end, and leave in good order.
 *   <li>From then on there are two at a time, and whoever holds the lease at a position of the
 *       {@link Script} is killed.
 *   <li>In the middle the coordinator is killed, and started again a second later.
 * </ol>
 */
final class Performance {
  private static final Duration MOST = Duration.ofMinutes(5);
  private static final Duration GLANCE = Duration.ofMillis(250);
  private static final Duration COORDINATOR_AWAY = Duration.ofSeconds(1);
  private static final Duration TO_SAVE = Duration.ofMillis(800);
  private static final int WORKERS = 2;
  private static final int STRIP = 30;

  private final Stage stage;
  private final Script script;
  private final Unbroken.Run unbroken;
  private final JobId job;
  private final BlockingQueue<Actor.Word> words = new LinkedBlockingQueue<>();
  private final List<Actor> actors = new ArrayList<>();
  private final Deque<Position> killsLeft = new ArrayDeque<>();
  private final List<Position> killedAt = new ArrayList<>();
  private final Set<Actor> killed = new HashSet<>();
  private final Set<Actor> committed = new HashSet<>();
  private Optional<Script.Positions> positions = Optional.empty();
  private Position furthest = Position.START;

  /** Begins low: a session too short costs its start, one too long trains the job to its end. */
  private double patience = 0.5;

  private int entered;
  private int plannedEnds;
  private boolean someoneWaited;
  private boolean coordinatorKilled;
  private boolean statusShown;
  private long glancedAt;
  private Optional<CompletableFuture<Duration>> coordinatorReturns = Optional.empty();

  /**
   * What happened.
   *
   * @param killedAt the position each killed worker had reached
   */
  record Report(
      JobView job,
      List<SegmentView> segments,
      List<Measurement> measurements,
      List<Position> killedAt,
      boolean someoneWaited,
      boolean coordinatorKilled) {}

  Performance(Stage stage, Script script, long seed, Unbroken.Run unbroken) {
    this.stage = stage;
    this.script = script;
    this.unbroken = unbroken;
    this.job = stage.submit("relay", seed, script.epochs(), script.segmentEpochs());
    stage.say("demo", "the relay begins");
  }

  Report play() {
    long begun = System.nanoTime();
    try {
      while (!isComplete()) {
        if (System.nanoTime() - begun > MOST.toNanos()) {
          throw new SiteFailure("the relay did not end within " + MOST.toMinutes() + " minutes");
        }
        fillStage();
        hear();
        welcomeCoordinator();
      }
    } finally {
      actors.forEach(Actor::kill);
    }
    return new Report(
        stage.ask("viewer", client -> client.job(job)),
        stage.ask("viewer", client -> client.segments(job)),
        stage.ask("viewer", client -> client.metrics(job)),
        killedAt,
        someoneWaited,
        coordinatorKilled);
  }

  private void fillStage() {
    for (Actor actor : actors.stream().filter(a -> !a.isAlive()).toList()) {
      actors.remove(actor);
      if (actor.isPlanned && !committed.contains(actor)) {
        patience *= 1.3; // too short to commit anything: the next one gets a little more time
      }
    }
    boolean planned = plannedEnds < Script.PLANNED_ENDS;
    if (!planned && positions.isEmpty()) {
      positions = Optional.of(script.from(furthest));
      killsLeft.addAll(positions.get().kills());
      stage.say("demo", "workers will be killed at " + killsLeft);
    }
    while (actors.size() < (planned ? 1 : WORKERS)) {
      enter("session-" + ++entered, planned ? Optional.of(plannedLength()) : Optional.empty());
    }
  }

  private void enter(String name, Optional<Duration> endsIn) {
    stage.say(
        name,
        endsIn
            .map(end -> String.format(Locale.ROOT, "enters, ends in %.1f s", Stage.seconds(end)))
            .orElse("enters"));
    actors.add(Actor.enters(name, stage, endsIn, words));
  }

  /** Long enough to get ready, and to train a few epochs. */
  private Duration plannedLength() {
    double training = unbroken.epoch().toMillis() * script.epochsOfPlannedSession();
    Duration besides = unbroken.ready().plus(stage.store.delay()).plus(TO_SAVE);
    return Duration.ofMillis((long) (patience * besides.toMillis() + training));
  }

  private void hear() {
    Actor.Word word;
    try {
      word = words.poll(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
    glance();
    if (word == null || killed.contains(word.actor())) {
      return; // nothing, or the last words of one who is dead
    }
    Optional<Position> position = word.position();
    if (position.isPresent()) {
      reached(word.actor(), position.get());
    } else {
      show(word);
    }
  }

  private void reached(Actor actor, Position position) {
    furthest = position.isAfter(furthest) ? position : furthest;
    if (!actor.isAlive() || positions.isEmpty()) {
      return;
    }
    if (!killsLeft.isEmpty() && !killsLeft.peek().isAfter(position)) {
      killsLeft.poll();
      actor.kill();
      killed.add(actor);
      killedAt.add(position);
      stage.say(actor.name, "KILLED at " + position + " (SIGKILL)");
    } else if (!coordinatorKilled && !positions.get().coordinatorKill().isAfter(position)) {
      stage.coordinator.kill();
      coordinatorKilled = true;
      coordinatorReturns =
          Optional.of(
              CompletableFuture.supplyAsync(
                  stage.coordinator::start,
                  CompletableFuture.delayedExecutor(
                      COORDINATOR_AWAY.toMillis(), TimeUnit.MILLISECONDS)));
      stage.say("coordinator", "KILLED while the relay is at " + position + " (SIGKILL)");
    } else if (!statusShown
        && coordinatorReturns.isEmpty()
        && !positions.get().status().isAfter(position)) {
      statusShown = true;
      showStatus();
    }
  }

  private void show(Actor.Word word) {
    String text = word.plain();
    if (text.startsWith("committed")) {
      committed.add(word.actor());
    }
    if (text.startsWith("releases") && text.endsWith("the session ends")) {
      plannedEnds += committed.contains(word.actor()) ? 1 : 0;
    }
    if (text.startsWith("epoch ") && text.contains(" done")) {
      int epoch = Integer.parseInt(text.substring(6, text.indexOf(" done")));
      stage.say(word.actor().name, strip(epoch) + text.substring(text.indexOf(':') + 1));
    } else if (!text.startsWith("committed") || !text.contains("trains on")) {
      stage.say(word.actor().name, text);
    }
  }

  private String strip(int epoch) {
    int done = epoch * STRIP / script.epochs();
    return "[%s%s] epoch %d/%d:"
        .formatted("#".repeat(done), ".".repeat(STRIP - done), epoch, script.epochs());
  }

  /** Looks whether someone waits while another holds the lease. */
  private void glance() {
    boolean soon = System.nanoTime() - glancedAt < GLANCE.toNanos();
    if (soon || coordinatorReturns.isPresent()) {
      return;
    }
    glancedAt = System.nanoTime();
    StatusView status = stage.ask("viewer", client -> client.status());
    boolean held = status.jobs().stream().anyMatch(seen -> seen.lease() != null);
    if (held && !status.waiting().isEmpty() && !someoneWaited) {
      someoneWaited = true;
      stage.say(status.waiting().get(0).worker(), "waits while another holds the lease");
    }
  }

  private void showStatus() {
    stage.print("");
    stage.print(
        "        $ curl -H \"Authorization: Bearer $VIEWER_TOKEN\" %s/v1/status"
            .formatted(stage.coordinator.uri()));
    String status = stage.ask("viewer", client -> client.statusText());
    stage.print(status.strip().indent(8).stripTrailing());
    stage.print("");
  }

  private void welcomeCoordinator() {
    if (coordinatorReturns.filter(CompletableFuture::isDone).isPresent()) {
      Duration took = coordinatorReturns.get().join();
      coordinatorReturns = Optional.empty();
      stage.say(
          "coordinator",
          String.format(Locale.ROOT, "is back, ready after %.1f s", Stage.seconds(took)));
    }
  }

  private boolean isComplete() {
    boolean quiet = coordinatorReturns.isEmpty() && words.isEmpty();
    return quiet && stage.ask("viewer", client -> client.job(job)).state().equals("COMPLETE");
  }
}
