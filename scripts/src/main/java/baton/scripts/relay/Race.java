package baton.scripts.relay;

import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.message.JobView;
import baton.scripts.process.Said;
import baton.scripts.process.Site;
import baton.scripts.process.SiteFailure;
import baton.scripts.process.WorkerProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * One job, trained by one worker after the other, each killed where the plan has it.
 *
 * <p>Where is counted in batches that are seen, not in seconds: a slow machine is killed at the
 * same positions as a fast one. The next worker starts at once and is ready when the dead one's
 * lease has run out.
 */
public final class Race {
  private static final Duration MOST_WITHOUT_A_WORD = Duration.ofMinutes(5);
  private static final int LAST_WORDS = 12;

  private final Site site;
  private final Plan plan;
  private final JobId job;
  private final Consumer<Said> audience;
  private final Deque<Position> cuts;
  private final List<Position> reached = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private final List<Position> killed = new ArrayList<>();
  private final List<Position> restored = new ArrayList<>();

  /**
   * What came of it.
   *
   * @param job when it was complete, or left
   * @param reached every position that was reported, in the order in which it was; a killed
   *     worker's last ones are reached again
   * @param losses of these
   * @param restored where the later workers went on
   */
  public record Result(
      JobView job,
      List<Position> reached,
      List<Double> losses,
      List<Position> killed,
      List<Position> restored) {}

  private Race(Site site, String name, Subject subject, Plan plan, Consumer<Said> audience) {
    this.site = site;
    this.plan = plan;
    this.audience = audience;
    this.cuts = new ArrayDeque<>(plan.cuts());
    this.job = site.submit(subject.job(name, plan.cadence()));
  }

  /**
   * Trains a job of this name from its start, as planned.
   *
   * @param workers how each is started, by their number from 0
   * @param audience hears every word of the workers that live
   */
  public static Result run(
      Site site,
      String name,
      Subject subject,
      Plan plan,
      IntFunction<WorkerProcess.Start> workers,
      Consumer<Said> audience) {
    return new Race(site, name, subject, plan, audience).run(workers);
  }

  private Result run(IntFunction<WorkerProcess.Start> workers) {
    int number = 0;
    Leg last;
    do {
      last = new Leg();
      String pace = plan.leastPerBatch().toMillis() + "ms";
      last.run(workers.apply(number++).with("--batch-takes", pace));
    } while (last.wasKilled && !wasTooLate());
    JobView view = last.wasLeft ? leave() : site.complete(job);
    return new Result(view, reached, losses, killed, restored);
  }

  /** A worker that was killed with all its work done was not cut. */
  private boolean wasTooLate() {
    boolean late = isComplete();
    if (late) {
      killed.remove(killed.size() - 1);
    }
    return late;
  }

  private boolean isComplete() {
    return site.job(job).state().equals("COMPLETE");
  }

  private JobView leave() {
    try {
      site.ask("admin", client -> client.cancel(job));
    } catch (SiteFailure e) {
      if (!isComplete()) {
        throw e;
      }
    }
    return site.job(job);
  }

  /** One worker's part. */
  private final class Leg {
    private final BlockingQueue<Said> words = new LinkedBlockingQueue<>();
    private final Deque<String> lastWords = new ArrayDeque<>();
    private Position committed = Position.START;
    private boolean hasCommitted;
    private boolean wasKilled;
    private boolean wasLeft;

    void run(WorkerProcess.Start start) {
      try (WorkerProcess worker = WorkerProcess.start(site, "runner", start, words::add)) {
        while (true) {
          Said said = next(worker);
          audience.accept(said);
          said.restored().ifPresent(restored::add);
          said.committed()
              .ifPresent(
                  at -> {
                    committed = at;
                    hasCommitted = true;
                  });
          if (said.isOfCompletion()) {
            return;
          }
          if (said.position().isPresent() && isToBeKilled(said)) {
            wasKilled = true;
            return;
          }
          if (hasCommitted
              && cuts.isEmpty()
              && plan.until().filter(u -> u.isReached(reached, committed)).isPresent()) {
            wasLeft = true;
            return;
          }
        }
      }
    }

    private boolean isToBeKilled(Said said) {
      Position at = said.position().orElseThrow();
      reached.add(at);
      losses.add(said.loss().orElseThrow());
      boolean now =
          !cuts.isEmpty()
              && !cuts.peek().isAfter(at)
              && switch (plan.onlyAfter()) {
                case NOTHING -> true;
                case ANYTHING -> hasCommitted;
                case MID_EPOCH -> hasCommitted && Cuts.isMidEpoch(committed);
              };
      if (now) {
        cuts.poll();
        killed.add(at);
      }
      return now;
    }

    private Said next(WorkerProcess worker) {
      try {
        long end = System.nanoTime() + MOST_WITHOUT_A_WORD.toNanos();
        while (System.nanoTime() < end) {
          boolean alive = worker.isAlive();
          Said said = words.poll(200, TimeUnit.MILLISECONDS);
          if (said != null) {
            remember(said);
            return said;
          }
          if (!alive && ended(worker)) {
            throw new SiteFailure("the worker ended early:" + lastWords());
          }
        }
        throw new SiteFailure("the worker said nothing for long:" + lastWords());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SiteFailure("interrupted");
      }
    }

    private boolean ended(WorkerProcess worker) {
      worker.awaitEnd();
      return words.isEmpty();
    }

    private void remember(Said said) {
      lastWords.addLast(said.plain());
      if (lastWords.size() > LAST_WORDS) {
        lastWords.removeFirst();
      }
    }

    private String lastWords() {
      return lastWords.stream().map(line -> "\n  " + line).collect(Collectors.joining());
    }
  }
}
