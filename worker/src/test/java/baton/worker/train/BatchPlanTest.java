package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Position;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {
  /** Batches of 4, 4, 4, 4, 4 and 3; groups of 12 and 11 examples; the rest, if any, for itself. */
  private static final BatchPlan TIMETABLE = new BatchPlan(23, 4, 3);

  private static final BatchPlan UNEVEN = new BatchPlan(23, 4, 4);

  @Test
  void anEpochEndsWithAnUpdateThoughItsLastGroupIsSmaller() {
    assertThat(TIMETABLE.batchesPerEpoch()).isEqualTo(6);
    assertThat(TIMETABLE.updatesPerEpoch()).isEqualTo(2);
    assertThat(updatesAfter(TIMETABLE)).containsExactly(3, 6);
    assertThat(UNEVEN.updatesPerEpoch()).isEqualTo(2);
    assertThat(updatesAfter(UNEVEN)).containsExactly(4, 6);
  }

  @Test
  void theSharesOfAGroupAreThoseOfItsExamplesAndMakeAWhole() {
    assertThat(TIMETABLE.share(at(0), 4)).isEqualTo(4 / 12.0);
    assertThat(TIMETABLE.share(at(4), 4) + TIMETABLE.share(at(3), 4) + TIMETABLE.share(at(5), 3))
        .isEqualTo(1);
    assertThat(UNEVEN.share(at(4), 4)).isEqualTo(4 / 7.0);
    assertThat(new BatchPlan(5, Integer.MAX_VALUE, Integer.MAX_VALUE).share(at(0), 5)).isEqualTo(1);
  }

  @Test
  void theEndOfAnEpochIsTheBeginOfTheNext() {
    assertThat(TIMETABLE.after(new Position(2, 4))).isEqualTo(new Position(2, 5));
    assertThat(TIMETABLE.after(new Position(2, 5))).isEqualTo(Position.ofEpochs(3));
  }

  @Test
  void anEpochWithoutExamplesIsRefused() {
    assertThatThrownBy(() -> new BatchPlan(0, 4, 1)).hasMessageContaining("not 0");
  }

  private static List<Integer> updatesAfter(BatchPlan timetable) {
    return IntStream.range(0, 6)
        .filter(batch -> !timetable.isWithinGroup(timetable.after(at(batch))))
        .map(batch -> batch + 1)
        .boxed()
        .toList();
  }

  private static Position at(int batch) {
    return new Position(0, batch);
  }
}
