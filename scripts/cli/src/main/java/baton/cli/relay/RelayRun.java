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
 * Trains one job with one worker after the other, each killed according to the plan.
 *
 * <p>Kills depend on the batches that workers report, not on time, so that they happen at the same
 * positions on slow and fast machines. The next worker starts at once and is ready when the dead
 * one's lease has run out.
 */
public final class RelayRun {
  private final Site site;
  private final Plan plan;
  private final JobId job;
  private final Consumer<ProcessOutput> output;
  private final Deque<PlannedKill> kills;
  private final List<Position> reached = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private final List<Position> killed = new ArrayList<>();
  private final List<Position> restored = new ArrayList<>();

  /**
   * The result of a run.
   *
   * @param job the job when it was complete or stopped
   * @param reached every reported position, in the order of the reports; the last ones of a killed
   *     worker are reached again
   * @param losses the losses at these positions
   * @param restored the positions from which the later workers continued
   */
  public record Result(
      JobView job,
      List<Position> reached,
      List<Double> losses,
      List<Position> killed,
      List<Position> restored) {

    /** Whether the job was completed, not stopped on the way. */
    public boolean isComplete() {
      return RelayRun.isComplete(job);
    }
  }

  private RelayRun(
      Site site, String name, Subject subject, Plan plan, Consumer<ProcessOutput> output) {
    this.site = site;
    this.plan = plan;
    this.output = output;
    this.kills = new ArrayDeque<>(plan.kills());
    this.job = site.submit(subject.job(name, plan));
  }

  /**
   * Trains a job with this name from its start, as planned.
   *
   * @param workers how each worker is started, by its number from 0
   * @param output called with every line of the workers until they are killed
   */
  public static Result run(
      Site site,
      String name,
      Subject subject,
      Plan plan,
      IntFunction<WorkerProcess.Start> workers,
      Consumer<ProcessOutput> output) {
    return new RelayRun(site, name, subject, plan, output).run(workers);
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

  /** Whether a worker was killed after it had completed the job; such a kill does not count. */
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

  /** The part of one worker. */
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
        said.ifPresent(output);
        if (said.isEmpty() && !isComplete()) {
          throw lastWords.failure("the worker ended early", worker.awaitEnd());
        }
        // A renewal under way when the last commit was decided may be answered first: then the
        // worker hears that the job is complete, and ends without saying that it committed that.
      }
    }

    private void hear(ProcessOutput said) {
      output.accept(said);
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

    /** The next line; empty if the worker has ended and all its lines were read. */
    private Optional<ProcessOutput> next(WorkerProcess worker) {
      try {
        long end = System.nanoTime() + plan.timeout().toNanos();
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
