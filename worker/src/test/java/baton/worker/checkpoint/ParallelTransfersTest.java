package baton.worker.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ParallelTransfersTest {
  private final AtomicInteger moving = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @Test
  void asManyMoveAtOnceAsMayAndNoMore() throws Exception {
    CountDownLatch together = new CountDownLatch(ParallelTransfers.AT_ONCE);
    List<ParallelTransfers.Move<Integer>> moves = new ArrayList<>();
    for (int i = 0; i < 3 * ParallelTransfers.AT_ONCE; i++) {
      int number = i;
      moves.add(
          watch -> {
            most.accumulateAndGet(moving.incrementAndGet(), Math::max);
            together.countDown();
            awaitQuietly(together);
            moving.decrementAndGet();
            return number;
          });
    }
    assertThat(ParallelTransfers.run(moves, bytes -> {}))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(most).hasValue(ParallelTransfers.AT_ONCE);
  }

  @Test
  void progressIsToldOnTheCallingThreadAndEveryByteOnce() throws Exception {
    Thread caller = Thread.currentThread();
    List<Long> told = new ArrayList<>();
    ParallelTransfers.Move<String> move =
        watch -> {
          watch.accept(3);
          watch.accept(4);
          return "";
        };
    ParallelTransfers.run(
        List.of(move, move, move),
        bytes -> {
          assertThat(Thread.currentThread()).isEqualTo(caller);
          told.add(bytes);
        });
    assertThat(told).containsExactlyInAnyOrder(3L, 4L, 3L, 4L, 3L, 4L);
  }

  @Test
  void theFirstFailureAbandonsTheOthersAndIsTheOneTold() {
    CountDownLatch under = new CountDownLatch(1);
    AtomicInteger abandoned = new AtomicInteger();
    ParallelTransfers.Move<String> endless =
        watch -> movesUntilAbandoned(watch::accept, under, abandoned);
    ParallelTransfers.Move<String> fails =
        watch -> {
          awaitQuietly(under);
          throw new StoreException(Kind.FULL, "There is no room.");
        };
    assertThatThrownBy(() -> ParallelTransfers.run(List.of(endless, fails), bytes -> {}))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
    assertThat(abandoned).as("nothing moves any more").hasValue(1);
  }

  @Test
  void aListenerThatThrowsAbandonsAllOfThem() {
    AtomicInteger abandoned = new AtomicInteger();
    CountDownLatch under = new CountDownLatch(2);
    ParallelTransfers.Move<String> endless =
        watch -> movesUntilAbandoned(watch::accept, under, abandoned);
    assertThatThrownBy(
            () ->
                ParallelTransfers.run(
                    List.of(endless, endless),
                    bytes -> {
                      awaitQuietly(under);
                      throw new CancellationException("the lease has ended");
                    }))
        .isInstanceOf(CancellationException.class)
        .hasMessage("the lease has ended");
    assertThat(abandoned).hasValue(2);
  }

  @Test
  void aLocalDisksErrorStaysWhatItIs() {
    ParallelTransfers.Move<String> fails =
        watch -> {
          throw new IOException("No space left on device");
        };
    assertThatThrownBy(() -> ParallelTransfers.run(List.of(fails), bytes -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
  }

  private interface Watch {
    void moved(long bytes);
  }

  private static String movesUntilAbandoned(
      Watch watch, CountDownLatch under, AtomicInteger abandoned) {
    under.countDown();
    try {
      while (true) {
        watch.moved(1);
        Thread.onSpinWait();
      }
    } catch (CancellationException e) {
      abandoned.incrementAndGet();
      throw e;
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
