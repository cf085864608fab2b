package baton.storage.drive.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import baton.storage.drive.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreationPaceTest {
  private final VirtualTime time = new VirtualTime();
  private final Duration begun = time.now();
  private final CreationPace pace = new CreationPace(time);

  @Test
  void aCheckpointGoesAtOnceAndAStreamAtTwoASecond() throws Exception {
    List<Long> at = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      pace.await();
      at.add(time.now().minus(begun).toMillis());
    }
    assertThat(at).containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 500L, 1_000L, 1_500L);
  }

  @Test
  void aPauseIsNotSavedUpForMoreThanACheckpoint() throws Exception {
    time.pass(Duration.ofHours(1));
    aCheckpointGoesAtOnce(time.now());
  }

  private void aCheckpointGoesAtOnce(Duration now) throws Exception {
    for (int i = 0; i < 10; i++) {
      pace.await();
    }
    assertThat(time.now()).isEqualTo(now);
    pace.await();
    assertThat(time.now()).isGreaterThan(now);
  }
}
