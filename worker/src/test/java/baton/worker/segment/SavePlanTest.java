package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Cadence;
import baton.protocol.Position;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SavePlanTest {
  private static final Position FAR = at(100, 0);

  private static boolean due(int every, Cadence.Unit unit, Position position, Position newest) {
    return plan(every, unit).isDue(position, newest, FAR, false, Duration.ofSeconds(10));
  }

  private static SavePlan plan(int every, Cadence.Unit unit) {
    return new SavePlan(Story.spec(new Cadence(every, unit)), 3, Duration.ofSeconds(10), false);
  }

  @Test
  void epochsAreCountedFromTheJobsBeginSoThatEverySessionSavesAtTheSame() {
    assertThat(due(2, Cadence.Unit.EPOCHS, at(3, 0), at(2, 1))).isFalse();
    assertThat(due(2, Cadence.Unit.EPOCHS, at(4, 0), at(2, 1))).isTrue();
    assertThat(due(2, Cadence.Unit.EPOCHS, at(4, 1), at(2, 1))).isFalse();
  }

  @Test
  void batchesAreCountedFromTheJobsBegin() {
    assertThat(due(5, Cadence.Unit.BATCHES, at(1, 1), at(0, 0))).isFalse();
    assertThat(due(5, Cadence.Unit.BATCHES, at(1, 2), at(0, 0))).isTrue();
  }

  @Test
  void secondsAreCountedFromTheLastSnapshot() {
    assertThat(due(11, Cadence.Unit.SECONDS, at(0, 1), at(0, 0))).isFalse();
    assertThat(due(10, Cadence.Unit.SECONDS, at(0, 1), at(0, 0))).isTrue();
  }

  @Test
  void leftToItselfItSavesWhenTheIntervalIsOver() {
    SavePlan plan = new SavePlan(Story.spec(Cadence.AUTO), 3, Duration.ofSeconds(48), false);

    assertThat(plan.isDue(at(0, 1), at(0, 0), FAR, false, Duration.ofMillis(47_999))).isFalse();
    assertThat(plan.isDue(at(0, 1), at(0, 0), FAR, false, Duration.ofSeconds(48))).isTrue();
  }

  @Test
  void leftToItselfItTakesNoCopyThatWouldOnlyWait() {
    SavePlan plan = new SavePlan(Story.spec(Cadence.AUTO), 3, Duration.ofSeconds(48), true);

    assertThat(plan.isDue(at(0, 1), at(0, 0), FAR, false, Duration.ofHours(1))).isFalse();
    assertThat(plan.isDue(at(2, 0), at(1, 0), at(2, 0), false, Duration.ZERO))
        .as("a segment's end is saved all the same")
        .isTrue();
  }

  @Test
  void nothingNewIsNeverSaved() {
    assertThat(due(1, Cadence.Unit.EPOCHS, at(1, 0), at(1, 0))).isFalse();
  }

  @Test
  void aSegmentsEndIsSavedOffTheCadence() {
    SavePlan plan = plan(50, Cadence.Unit.EPOCHS);
    assertThat(plan.isDue(at(2, 0), at(1, 0), at(2, 0), false, Duration.ZERO)).isTrue();
    assertThat(plan.isDue(at(2, 1), at(2, 0), at(2, 0), false, Duration.ZERO)).isFalse();
  }

  @Test
  void theEndOfTrainingIsSavedOffTheCadence() {
    assertThat(plan(50, Cadence.Unit.EPOCHS).isDue(at(1, 2), at(1, 0), FAR, true, Duration.ZERO))
        .isTrue();
  }
}
