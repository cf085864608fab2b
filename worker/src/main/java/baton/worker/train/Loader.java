package baton.worker.train;

import baton.protocol.Position;
import baton.worker.segment.TroubleException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Loads the examples of one batch after another, in training order. With threads of its own it
 * loads some batches ahead. The choice of thread does not affect the result, and an example that
 * cannot be loaded is an error only when its batch is taken.
 */
final class Loader<E> implements AutoCloseable {
  private static final int AHEAD_OF_EACH_THREAD = 2;

  private final String program;
  private final MultiNetworkRecipe<E> course;
  private final BatchPlan timetable;
  private final Seeds seeds;
  private final Position end;
  private final int most;
  private final Optional<ExecutorService> threads;
  private final Deque<Ahead<E>> ahead = new ArrayDeque<>();
  private int sampledEpoch = -1;
  private Sampler sampler;

  private record Ahead<E>(Position position, Future<List<E>> examples) {}

  /**
   * @param end the job's end, after which there is nothing to load
   * @param threads the number of threads; 0: batches are loaded when they are taken
   */
  Loader(
      String program,
      MultiNetworkRecipe<E> course,
      BatchPlan timetable,
      Seeds seeds,
      Position end,
      int threads) {
    this.program = program;
    this.course = course;
    this.timetable = timetable;
    this.seeds = seeds;
    this.end = end;
    this.most = AHEAD_OF_EACH_THREAD * threads;
    this.threads = threads == 0 ? Optional.empty() : Optional.of(daemons(threads));
  }

  /** Makes daemon threads, which do not keep the JVM from exiting. */
  private static ExecutorService daemons(int count) {
    return Executors.newFixedThreadPool(
        count,
        work -> {
          Thread thread = new Thread(work, "loading");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** The examples of the batch that begins at {@code position}: the next one, or the first. */
  List<E> take(Position position) throws TroubleException {
    if (threads.isEmpty()) {
      return load(position, order(position));
    }
    Position next = ahead.isEmpty() ? position : timetable.after(ahead.peekLast().position());
    while (ahead.size() <= most && end.isAfter(next)) {
      ahead.addLast(new Ahead<>(next, threads.get().submit(loading(next))));
      next = timetable.after(next);
    }
    Ahead<E> first = ahead.removeFirst();
    if (!first.position().equals(position)) {
      throw new IllegalStateException(first.position() + " comes next, not " + position);
    }
    return await(first.examples());
  }

  private Callable<List<E>> loading(Position position) {
    int[] numbers = order(position);
    return () -> load(position, numbers);
  }

  private int[] order(Position position) {
    if (sampledEpoch != position.epoch()) {
      sampledEpoch = position.epoch();
      sampler = new Sampler(timetable.examples(), timetable.batchSize(), seeds.order(sampledEpoch));
    }
    return sampler.batch(position.batch());
  }

  private List<E> load(Position position, int[] numbers) throws TroubleException {
    List<E> examples = new ArrayList<>(numbers.length);
    for (int number : numbers) {
      examples.add(
          TrainingFailures.guard(
              "loading example %d of %s at %s".formatted(number, program, position),
              () -> course.example(number, position.epoch())));
    }
    return examples;
  }

  private static <T> T await(Future<T> loaded) throws TroubleException {
    try {
      return loaded.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TroubleException trouble) {
        throw trouble;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while examples were being loaded", e);
    }
  }

  @Override
  public void close() {
    threads.ifPresent(ExecutorService::shutdownNow);
  }
}
