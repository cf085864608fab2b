package baton.worker.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static Backoff backoff(long seed) {
    return new Backoff(new SplittableRandom(seed), Duration.ofMillis(500), Duration.ofSeconds(30));
  }

  @Test
  void pausesGrowToTheLongestAndStayThere() {
    for (long seed = 0; seed < 200; seed++) {
      Backoff backoff = backoff(seed);
      for (int failure = 0; failure < 40; failure++) {
        long most = Math.min(500L << Math.min(failure, 30), 30_000);
        assertThat(backoff.next().toMillis())
            .as("seed %d, failure %d", seed, failure)
            .isBetween(most / 2, most);
      }
    }
  }

  @Test
  void twoWorkersThatFailTogetherComeBackApart() {
    assertThat(backoff(1).next()).isNotEqualTo(backoff(2).next());
  }

  @Test
  void successForgetsTheFailures() {
    Backoff backoff = backoff(3);
    for (int i = 0; i < 10; i++) {
      backoff.next();
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(500));
  }
}
