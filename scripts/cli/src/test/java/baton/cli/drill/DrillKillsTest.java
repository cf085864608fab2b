package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.relay.Cuts;
import baton.cli.relay.PlannedKill;
import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrillKillsTest {
  @Test
  void workersGoOnWithinEpochZeroAtAnEpochsEndAndWithinALaterEpoch() {
    List<Position> reached = reached(3, 20);
    List<Position> saved = every(5, reached);
    for (long seed = 0; seed < 200; seed++) {
      DrillKills drawn = DrillKills.drawn(seed, reached, saved);

      assertThat(drawn.lacking()).as("seed %d", seed).isEmpty();
      assertThat(drawn.kills())
          .as("seed %d", seed)
          .extracting(PlannedKill::head)
          .containsExactly(Head.MID_EPOCH, Head.EPOCH_END, Head.MID_EPOCH);
      assertThat(drawn.kills().get(0).notBefore().epoch()).isZero();
      assertThat(drawn.kills().get(2).notBefore().epoch()).isPositive();
      assertThat(drawn.kills()).extracting(PlannedKill::notBefore).isSorted();
    }
  }

  @Test
  void twoEpochsAreEnough() {
    List<Position> reached = reached(2, 6);

    assertThat(DrillKills.drawn(1, reached, every(2, reached)).kills()).hasSize(3);
  }

  @Test
  void anEpochLongerThanTheDrillIsCutThriceAndWhatItLacksIsTold() {
    List<Position> reached = reached(1, 60).stream().filter(Cuts::isMidEpoch).toList();
    DrillKills drawn = DrillKills.drawn(7, reached, every(5, reached));

    assertThat(drawn.kills()).hasSize(3).allMatch(kill -> kill.head() == Head.MID_EPOCH);
    assertThat(drawn.lacking()).containsExactly("at an epoch's end", "within a later epoch");
  }

  @Test
  void aLoopThatIsSavedAtEndsOnlyIsCutAtThree() {
    List<Position> ends = List.of(new Position(1, 0), new Position(2, 0), new Position(3, 0));
    DrillKills drawn = DrillKills.drawn(7, ends, ends);

    assertThat(drawn.kills())
        .containsExactlyElementsOf(
            ends.stream().map(at -> new PlannedKill(at, Head.EPOCH_END)).toList());
    assertThat(drawn.lacking()).containsExactly("within the first epoch", "within a later epoch");
  }

  @Test
  void theyAreDoneIfTheWorkersWentOnFromThoseKindsOfPlaces() {
    List<Position> reached = reached(3, 20);
    DrillKills drawn = DrillKills.drawn(3, reached, every(5, reached));
    int end = drawn.kills().get(1).notBefore().epoch();
    int later = drawn.kills().get(2).notBefore().epoch();

    assertThat(drawn.areDone(List.of(at(0, 7), at(end, 0), at(later, 3)))).isTrue();
    assertThat(drawn.areDone(List.of(at(0, 7), at(end, 5), at(later, 3)))).isFalse();
    assertThat(drawn.areDone(List.of(at(1, 7), at(end, 0), at(later, 3)))).isFalse();
    assertThat(drawn.areDone(List.of(at(0, 7), at(end, 0)))).isFalse();
  }

  private static Position at(int epoch, int batch) {
    return new Position(epoch, batch);
  }

  private static List<Position> reached(int epochs, int batches) {
    List<Position> reached = new ArrayList<>();
    for (int i = 1; i <= epochs * batches; i++) {
      reached.add(new Position(i / batches, i % batches));
    }
    return reached;
  }

  private static List<Position> every(int n, List<Position> reached) {
    return reached.stream()
        .filter(at -> at.batch() % n == 0)
        .limit(Math.max(1, reached.size() / n - 1))
        .toList();
  }
}
