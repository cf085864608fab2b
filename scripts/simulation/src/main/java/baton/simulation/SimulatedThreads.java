package baton.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * The limited number of threads of one life of a coordinator: a task occupies one for as long as it
 * takes, and the others wait.
 */
final class SimulatedThreads implements Executor {
  /** A third of a lease's ttl: renewals that wait longer sooner or later cost a lease. */
  private static final Duration MOST_WAITED = Duration.ofSeconds(10);

  private final CoordinatorProcess owner;
  private final Agenda agenda;
  private final Referee referee;
  private final Queue<Task> waiting = new ArrayDeque<>();
  private int free;
  private Duration takes = Duration.ZERO;

  private record Task(Runnable what, Duration cameAt, Duration stoodStill) {}

  SimulatedThreads(CoordinatorProcess owner, Agenda agenda, Referee referee, int threads) {
    this.owner = owner;
    this.agenda = agenda;
    this.referee = referee;
    this.free = threads;
  }

  @Override
  public void execute(Runnable what) {
    waiting.add(new Task(what, agenda.now(), owner.stoodStill()));
    next();
  }

  /** Adds to the time that the current task takes. */
  void spend(Duration time) {
    takes = takes.plus(time);
  }

  private void next() {
    while (free > 0 && !waiting.isEmpty()) {
      free--;
      Task task = waiting.remove();
      owner.later(Duration.ZERO, () -> run(task));
    }
  }

  private void run(Task task) {
    Duration waited =
        agenda.now().minus(task.cameAt()).minus(owner.stoodStill().minus(task.stoodStill()));
    referee.require(
        waited.compareTo(MOST_WAITED) < 0, "S1", "a request waits too long for a thread");
    takes = Duration.ZERO;
    try {
      task.what().run();
    } finally {
      owner.later(
          takes,
          () -> {
            free++;
            next();
          });
    }
  }
}
