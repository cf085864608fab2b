package baton.cli.relay;

import baton.cli.process.ProcessOutput;
import baton.cli.process.Site;
import baton.cli.process.SiteFailure;
import baton.cli.process.WorkerProcess;
import baton.protocol.JobId;
import baton.protocol.Position;
import baton.protocol.message.JobView;
import baton.worker.HumanUnits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * One job, trained by one worker after the other, each killed where the plan has it.
 *
 * <p>Where is counted in batches that are seen, not in seconds: a slow machine is killed at the
 * same positions as a fast one. The next worker starts at once and is ready when the dead one's
 * lease has run out.
 */
public final class RelayRun {
  private final Site site;
  private final Plan plan;
  private final JobId job;
  private final Consumer<ProcessOutput> audience;
  private final Deque<PlannedKill> kills;
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
      List<Position> restored) {

    /** Whether the job ended by itself, and was not left on the way. */
    public boolean isComplete() {
      return RelayRun.isComplete(job);
    }
  }

  private RelayRun(
      Site site, String name, Subject subject, Plan plan, Consumer<ProcessOutput> audience) {
    this.site = site;
    this.plan = plan;
    this.audience = audience;
    this.kills = new ArrayDeque<>(plan.kills());
    this.job = site.submit(subject.job(name, plan));
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
      Consumer<ProcessOutput> audience) {
    return new RelayRun(site, name, subject, plan, audience).run(workers);
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
    return isComplete(site.job(job));
  }

  private static boolean isComplete(JobView job) {
    return job.state().equals("COMPLETE");
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
    private final BlockingQueue<ProcessOutput> words = new LinkedBlockingQueue<>();
    private final LastWords lastWords = new LastWords();
    private Position at = Position.START;
    private Optional<Position> committed = Optional.empty();
    private boolean wasKilled;
    private boolean wasLeft;

    void run(WorkerProcess.Start start) {
      try (WorkerProcess worker = WorkerProcess.start(site, "runner", start, words::add)) {
        Optional<ProcessOutput> said = next(worker);
        while (said.isPresent() && !said.get().isOfCompletion()) {
          hear(said.get());
          if (wasKilled || wasLeft) {
            return;
          }
          said = next(worker);
        }
        said.ifPresent(audience);
        if (said.isEmpty() && !isComplete()) {
          throw lastWords.failure("the worker ended early", worker.awaitEnd());
        }
        // A renewal under way when the last commit was decided may be answered first: then the
        // worker hears that the job is complete, and ends without saying that it committed that.
      }
    }

    private void hear(ProcessOutput said) {
      audience.accept(said);
      said.restored().ifPresent(restored::add);
      said.position().ifPresent(reports -> reach(reports, said.loss().orElseThrow()));
      said.committed().ifPresent(head -> committed = Optional.of(head));
      boolean tells = said.position().isPresent() || said.committed().isPresent();
      wasKilled = tells && isToBeKilled();
      wasLeft = !wasKilled && kills.isEmpty() && isFarEnough();
    }

    private void reach(Position position, double loss) {
      at = position;
      reached.add(position);
      losses.add(loss);
    }

    private boolean isToBeKilled() {
      PlannedKill next = kills.peek();
      if (next == null || next.notBefore().isAfter(at) || !next.head().isAt(committed)) {
        return false;
      }
      kills.poll();
      killed.add(at);
      return true;
    }

    private boolean isFarEnough() {
      return committed.isPresent()
          && plan.until().filter(u -> u.isReached(reached, committed.get())).isPresent();
    }

    /** Empty: it has ended, and all it said was heard. */
    private Optional<ProcessOutput> next(WorkerProcess worker) {
      try {
        long end = System.nanoTime() + plan.patience().toNanos();
        while (System.nanoTime() < end) {
          boolean alive = worker.isAlive();
          ProcessOutput said = words.poll(200, TimeUnit.MILLISECONDS);
          if (said != null) {
            lastWords.add(said);
            return Optional.of(said);
          }
          if (!alive && ended(worker)) {
            return Optional.empty();
          }
        }
        throw lastWords.failure(
            "the worker said nothing for %s (longer batches need --longest-silence)"
                .formatted(HumanUnits.text(plan.longestSilence())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SiteFailure("interrupted");
      }
    }

    private boolean ended(WorkerProcess worker) {
      worker.awaitEnd();
      return words.isEmpty();
    }
  }
}
