package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** More than a reader takes at once, and less than a pipe holds. */
  private static final String WORDS =
      "echo first; i=0; while [ $i -lt 3000 ]; do echo filler-$i; i=$((i+1)); done; echo last";

  @Test
  void theLastWordsOfOneThatEndedAreReadThoughItsGroupWasKilledBeforeTheReaderCameToThem()
      throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Output output =
        new Output(
            new ChildListener() {
              @Override
              public void printed(String line) {
                if (line.equals("first")) {
                  busy.countDown();
                  awaitUnhurried(goOn);
                }
              }

              @Override
              public void redrawn(String frame) {}

              @Override
              public void told(String sentence) {}
            });
    ChildProcess child = ChildProcess.start(List.of("sh", "-c", WORDS), Map.of(), output);
    busy.await();
    assertThat(child.exitWithin(LONG)).hasValue(0);

    child.kill();
    goOn.countDown();

    assertThat(child.lastLines()).endsWith("filler-2999", "last");
    child.closeOutput();
  }

  private static void awaitUnhurried(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
