package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ai.djl.ndarray.NDManager;
import baton.protocol.Position;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
  private static final BatchPlan TIMETABLE = new BatchPlan(12, 2, 1);
  private static final Position END = Position.ofEpochs(2);
  private static final Seeds SEEDS = new Seeds(9);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void examplesComeInTheOrderOfTheEpochsFromWherever(int threads) throws Exception {
    List<List<String>> expected = new ArrayList<>();
    for (Position at = new Position(0, 4); END.isAfter(at); at = TIMETABLE.after(at)) {
      List<String> batch = new ArrayList<>();
      for (int number : new Sampler(12, 2, SEEDS.order(at.epoch())).batch(at.batch())) {
        batch.add(number + " of " + at.epoch());
      }
      expected.add(batch);
    }

    List<List<String>> taken = new ArrayList<>();
    try (Loader<String> loader = loader(new Numbers(), threads)) {
      for (Position at = new Position(0, 4); END.isAfter(at); at = TIMETABLE.after(at)) {
        taken.add(loader.take(at));
      }
    }

    assertThat(taken).hasSize(8).isEqualTo(expected);
  }

  @Test
  void aSlowBatchIsWaitedForThoughLaterOnesAreThere() throws Exception {
    Numbers slow = new Numbers();
    slow.slow = first();
    try (Loader<String> loader = loader(slow, 3)) {
      FutureTask<List<String>> first = new FutureTask<>(() -> loader.take(Position.START));
      new Thread(first, "training").start();
      await().until(() -> slow.loaded.get() >= 2 * 2);
      assertThat(first.isDone()).isFalse();

      slow.goOn.countDown();

      assertThat(first.get()).contains(slow.slow + " of 0");
    }
  }

  @Test
  void onlySoManyBatchesAreLoadedAhead() throws Exception {
    Numbers numbers = new Numbers();
    BatchPlan endless = new BatchPlan(1_000_000, 1, 1);
    try (Loader<String> loader = new Loader<>("tiny", numbers, endless, SEEDS, END, 2)) {
      loader.take(Position.START);

      await().until(() -> numbers.loaded.get() == 5);
      await().during(Duration.ofMillis(50)).until(() -> numbers.loaded.get() == 5);
    }
  }

  @Test
  void itLoadsOnDaemonsThatEndWithIt() throws Exception {
    Numbers numbers = new Numbers();
    Loader<String> loader = loader(numbers, 2);
    loader.take(Position.START);
    assertThat(numbers.threads).isNotEmpty().allMatch(Thread::isDaemon);

    loader.close();

    await().until(() -> numbers.threads.stream().noneMatch(Thread::isAlive));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void anExampleThatCannotBeLoadedIsNamedWhenItsBatchComes(int threads) throws Exception {
    Numbers broken = new Numbers();
    broken.broken = new Sampler(12, 2, SEEDS.order(0)).batch(2)[1];
    try (Loader<String> loader = loader(broken, threads)) {
      loader.take(Position.START);
      loader.take(new Position(0, 1));

      Trouble trouble =
          catchThrowableOfType(TroubleException.class, () -> loader.take(new Position(0, 2)))
              .trouble();

      assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
      assertThat(trouble.message())
          .isEqualTo(
              "The program failed while loading example %d of tiny at e0-b2: IllegalStateException:"
                      .formatted(broken.broken)
                  + " torn page.");
    }
  }

  @Test
  void aFileThatCannotBeReadIsThisMachinesTrouble() {
    Numbers unreadable = new Numbers();
    unreadable.unreadable = true;
    try (Loader<String> loader = loader(unreadable, 1)) {
      assertThatThrownBy(() -> loader.take(Position.START))
          .isInstanceOfSatisfying(
              TroubleException.class,
              error -> assertThat(error.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
          .hasMessageContaining("loading example " + first());
    }
  }

  private static int first() {
    return new Sampler(12, 2, SEEDS.order(0)).batch(0)[0];
  }

  private static Loader<String> loader(Numbers course, int threads) {
    return new Loader<>("tiny", course, TIMETABLE, SEEDS, END, threads);
  }

  /** Examples that say which they are, some of them late, broken or unreadable. */
  private static final class Numbers implements MultiNetworkRecipe<String> {
    private final AtomicInteger loaded = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile int slow = -1;
    private volatile int broken = -1;
    private volatile boolean unreadable;

    @Override
    public String example(int number, int epoch) throws IOException {
      threads.add(Thread.currentThread());
      if (unreadable) {
        throw new IOException("no such page");
      }
      if (number == broken) {
        throw new IllegalStateException("torn page");
      }
      if (number == slow) {
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      loaded.incrementAndGet();
      return number + " of " + epoch;
    }

    @Override
    public List<Network> networks() {
      return List.of();
    }

    @Override
    public int examples() {
      return 12;
    }

    @Override
    public Batch batch(NDManager manager, List<String> examples) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Double> evaluate(NDManager manager, Networks networks) {
      return Map.of();
    }
  }
}
