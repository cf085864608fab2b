package baton.proofs.demo;

import baton.cli.process.SiteFailure;
import baton.protocol.JobId;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import baton.protocol.message.StatusView;
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
 * Runs the demo's relay; each worker is replaced when it has ended.
 *
 * <ol>
 *   <li>The first sessions come one after another; each is told to end at a position of the {@link
 *       DemoPlan}, and leaves in an orderly way.
 *   <li>From then on there are two at a time, and at each position of the plan the holder of the
 *       lease is killed.
 *   <li>In the middle the coordinator is killed, and restarted a second later.
 * </ol>
 */
final class DemoRun {
  private static final Duration MOST = Duration.ofMinutes(5);
  private static final Duration GLANCE = Duration.ofMillis(250);
  private static final Duration COORDINATOR_AWAY = Duration.ofSeconds(1);
  private static final int WORKERS = 2;
  private static final int STRIP = 30;

  private final DemoSetup stage;
  private final DemoPlan script;
  private final JobId job;
  private final BlockingQueue<DemoWorker.Word> words = new LinkedBlockingQueue<>();
  private final List<DemoWorker> actors = new ArrayList<>();
  private final Deque<Position> endsLeft;
  private final Deque<Position> killsLeft;
  private final List<Position> killedAt = new ArrayList<>();
  private final Set<DemoWorker> killed = new HashSet<>();
  private Optional<DemoWorker> toldToEnd = Optional.empty();
  private int entered;
  private boolean someoneWaited;
  private boolean coordinatorKilled;
  private boolean statusShown;
  private long glancedAt;
  private Optional<CompletableFuture<Duration>> coordinatorReturns = Optional.empty();

  /**
   * What happened.
   *
   * @param killedAt the position that each killed worker had reached
   */
  record Report(
      JobView job,
      List<SegmentView> segments,
      List<Measurement> measurements,
      List<Position> killedAt,
      boolean someoneWaited,
      boolean coordinatorKilled) {}

  DemoRun(DemoSetup stage, DemoPlan script, long seed) {
    this.stage = stage;
    this.script = script;
    this.endsLeft = new ArrayDeque<>(script.ends());
    this.killsLeft = new ArrayDeque<>(script.kills());
    this.job = stage.submit("relay", seed, script.epochs(), script.segmentEpochs());
    stage.say(
        "demo",
        "the relay begins: sessions end at %s, workers are killed at %s"
            .formatted(script.ends(), script.kills()));
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
      actors.forEach(DemoWorker::kill);
    }
    return new Report(
        stage.ask("viewer", client -> client.job(job)),
        stage.ask("viewer", client -> client.segments(job)),
        stage.ask("viewer", client -> client.metrics(job)),
        killedAt,
        someoneWaited,
        coordinatorKilled);
  }

  /** Keeps one worker running until the planned ends are over; then two. */
  private void fillStage() {
    actors.removeIf(actor -> !actor.isAlive());
    if (toldToEnd.filter(actor -> !actors.contains(actor)).isPresent()) {
      toldToEnd = Optional.empty();
    }
    boolean planned = !endsLeft.isEmpty() || toldToEnd.isPresent();
    String pace = script.leastPerBatch().toMillis() + "ms";
    while (actors.size() < (planned ? 1 : WORKERS)) {
      String name = "session-" + ++entered;
      stage.say(name, "enters");
      actors.add(DemoWorker.enters(name, stage, words, "--batch-takes", pace));
    }
  }

  private void hear() {
    DemoWorker.Word word;
    try {
      word = words.poll(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteFailure("interrupted");
    }
    glance();
    if (word == null || killed.contains(word.actor())) {
      return; // no output, or the last output of a worker that is dead
    }
    Optional<Position> position = word.position();
    if (position.isPresent()) {
      reached(word.actor(), position.get());
    } else {
      show(word);
    }
  }

  private void reached(DemoWorker actor, Position position) {
    if (!actor.isAlive() || toldToEnd.isPresent()) {
      return;
    }
    if (isDue(endsLeft, position)) {
      endsLeft.poll();
      toldToEnd = Optional.of(actor);
      actor.tellToEnd();
      stage.say(actor.name, "is told to end at " + position + " (SIGTERM)");
    } else if (endsLeft.isEmpty()) {
      goWrong(actor, position);
    }
  }

  private void goWrong(DemoWorker actor, Position position) {
    if (isDue(killsLeft, position)) {
      killsLeft.poll();
      actor.kill();
      killed.add(actor);
      killedAt.add(position);
      stage.say(actor.name, "KILLED at " + position + " (SIGKILL)");
    } else if (!coordinatorKilled && !script.coordinatorKill().isAfter(position)) {
      killCoordinator(position);
    } else if (!statusShown && coordinatorReturns.isEmpty() && !script.status().isAfter(position)) {
      statusShown = true;
      showStatus();
    }
  }

  private static boolean isDue(Deque<Position> left, Position position) {
    return !left.isEmpty() && !left.peek().isAfter(position);
  }

  private void killCoordinator(Position position) {
    stage.coordinator.kill();
    coordinatorKilled = true;
    coordinatorReturns =
        Optional.of(
            CompletableFuture.supplyAsync(
                stage.coordinator::start,
                CompletableFuture.delayedExecutor(
                    COORDINATOR_AWAY.toMillis(), TimeUnit.MILLISECONDS)));
    stage.say("coordinator", "KILLED while the relay is at " + position + " (SIGKILL)");
  }

  private void show(DemoWorker.Word word) {
    String text = word.plain();
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

  /** Checks whether a worker waits while another one holds the lease. */
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
          String.format(Locale.ROOT, "is back, ready after %.1f s", DemoSetup.seconds(took)));
    }
  }

  private boolean isComplete() {
    boolean quiet = coordinatorReturns.isEmpty() && words.isEmpty();
    return quiet && stage.ask("viewer", client -> client.job(job)).state().equals("COMPLETE");
  }
}
