package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Platform;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void aBackgroundThreadLetsTheTrainingGoFirst() throws Exception {
    ExecutorService background = Threads.background("transfers");
    ExecutorService training = Threads.single("training");

    int nice = background.submit(() -> Niceness.ofThisThread()).get();
    int usual = training.submit(() -> Niceness.ofThisThread()).get();

    assertThat(nice).isGreaterThanOrEqualTo(Platform.isLinux() ? usual + 1 : usual);
    assertThat(Niceness.ofThisThread()).as("of who made them").isEqualTo(usual);
    background.shutdownNow();
    training.shutdownNow();
  }
}
