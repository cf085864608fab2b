package baton.proofs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartsTest {
  private final Starts starts = new Starts();

  @Test
  void itTellsTheMedianAndTheSlowest() {
    starts.add(Duration.ofMillis(3_000));
    starts.add(Duration.ofMillis(1_000));
    starts.add(Duration.ofMillis(1_250));

    assertThat(starts.summary()).isEqualTo("3 starts; ready in 1.25 s (median), 3.00 s (slowest).");
  }

  @Test
  void aCoordinatorThatNeverGotReadyIsSaid() {
    assertThat(starts.summary()).isEqualTo("It never got ready.");
  }
}
