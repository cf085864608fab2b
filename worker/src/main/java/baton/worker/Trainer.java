package baton.worker;

import baton.protocol.Grant;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.worker.segment.Event;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.Snapshot;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training thread: carries out one order after the other on the run of the current turn. A stop
 * interrupts a program that {@linkplain Program#comesBackWhenInterrupted returns} then; with any
 * other program it takes effect between two batches. A program that never returns from a batch
 * keeps the thread, and the session ends without it.
 */
final class Trainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
  private static final int LONGEST_MESSAGE = 500;
  private static final long SECONDS_TO_CLOSE = 2;

  private final Map<String, Program> programs;
  private final String device;
  private final Consumer<Event> events;
  private final ExecutorService thread = Threads.single("training");
  private volatile int stoppedTurn;
  private volatile Facts facts;
  private volatile boolean interruptible;
  private volatile Future<?> underWay = CompletableFuture.completedFuture(null);
  private Run run; // confined to the training thread

  /** What a manifest records about a run besides its state. */
  record Facts(Sha256 architectureHash, Map<String, String> numericProfile) {}

  Trainer(Map<String, Program> programs, String device, Consumer<Event> events) {
    this.programs = Map.copyOf(programs);
    this.device = device;
    this.events = events;
  }

  void start(int turn, Grant grant, Optional<Transfers.Restored> from, Optional<Path> data) {
    Program program = programs.get(grant.spec().program());
    interruptible = program != null && program.comesBackWhenInterrupted();
    order(
        turn,
        () -> {
          if (program == null) {
            throw new TroubleException(
                Trouble.machine(
                    "This worker has no program named " + grant.spec().program() + ".",
                    "Start a worker that brings it along."));
          }
          run =
              program.start(
                  Program.Start.plain(
                          grant.spec(),
                          grant.segment().from(),
                          from.map(Transfers.Restored::files),
                          device)
                      .madeBy(from.map(Transfers.Restored::numericProfile).orElse(Map.of()))
                      .withData(data)
                      .accepting(grant.acceptChange()));
          facts = new Facts(run.architectureHash(), run.numericProfile());
          return new Event.Started(
              turn, run.position(), run.batchesPerEpoch(), run.snapshotsAtATime());
        });
  }

  void train(int turn) {
    order(turn, () -> new Event.Trained(turn, run.step()));
  }

  void evaluate(int turn) {
    order(turn, () -> new Event.Evaluated(turn, run.evaluate()));
  }

  void takeSnapshot(int turn) {
    order(
        turn,
        () -> {
          long begun = System.nanoTime();
          Snapshot snapshot = run.snapshot();
          return new Event.SnapshotTaken(
              turn, snapshot, Duration.ofNanos(System.nanoTime() - begun));
        });
  }

  /**
   * Ends the turn's run as soon as the thread is free, and reports it; pending orders are dropped.
   */
  void stop(int turn) {
    stoppedTurn = turn;
    interrupt();
    thread.execute(
        () -> {
          closeRun();
          events.accept(new Event.Stopped(turn));
        });
  }

  private void interrupt() {
    if (interruptible) {
      underWay.cancel(true);
    }
  }

  /** Stops the program, so that it does not train on after this worker. */
  @Override
  public synchronized void close() {
    stoppedTurn = Integer.MAX_VALUE;
    interrupt();
    if (!interruptible || thread.isShutdown()) {
      return;
    }
    thread.execute(this::closeRun);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(SECONDS_TO_CLOSE, TimeUnit.SECONDS)) {
        thread.shutdownNow();
        thread.awaitTermination(SECONDS_TO_CLOSE, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The facts of the run that was started last. */
  Facts facts() {
    return facts;
  }

  /** Something to do on the training thread. */
  private interface Order {
    Event carryOut() throws TroubleException;
  }

  private void order(int turn, Order order) {
    underWay =
        thread.submit(
            () -> {
              if (turn <= stoppedTurn) {
                return;
              }
              Event outcome = outcome(turn, order);
              // If an order was interrupted, its failure is not the program's fault.
              if (turn > stoppedTurn) {
                events.accept(outcome);
              }
            });
  }

  private static Event outcome(int turn, Order order) {
    try {
      return order.carryOut();
    } catch (TroubleException e) {
      LOG.debug("Training failed", e);
      return new Event.TrainingFailed(turn, e.trouble());
    } catch (OutOfMemoryError e) {
      return new Event.TrainingFailed(
          turn,
          Trouble.machine(
              "This machine ran out of memory.", "Use a machine with more, or smaller batches."));
    } catch (RuntimeException | Error e) {
      LOG.debug("Training failed", e);
      return new Event.TrainingFailed(
          turn,
          Trouble.program(
              "The program failed: %s.".formatted(brief(e)), "Correct it, then resume the job."));
    }
  }

  private static String brief(Throwable e) {
    String text =
        e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
  }

  private void closeRun() {
    try {
      if (run != null) {
        run.close();
      }
    } catch (RuntimeException e) {
      LOG.warn("The program did not close cleanly: {}", brief(e));
    } finally {
      run = null;
    }
  }
}
