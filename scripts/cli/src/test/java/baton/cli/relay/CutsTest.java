package baton.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.cli.relay.PlannedKill.Head;
import baton.protocol.Position;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CutsTest {
  private static final List<Position> REACHED =
      IntStream.rangeClosed(1, 30).mapToObj(i -> new Position(i / 10, i % 10)).toList();

  @Test
  void theSameSeedCutsAtTheSamePositions() {
    assertThat(Cuts.drawnFrom(7, REACHED, 12)).isEqualTo(Cuts.drawnFrom(7, REACHED, 12));
    assertThat(Cuts.drawnFrom(7, REACHED, 12)).isNotEqualTo(Cuts.drawnFrom(8, REACHED, 12));
  }

  @Test
  void cutsAreInOrderAndNeverAtTheEndWhereNothingWouldBeLeftToTrain() {
    List<Position> cuts = Cuts.drawnFrom(3, REACHED, 28);

    assertThat(cuts)
        .isSorted()
        .doesNotHaveDuplicates()
        .hasSize(28)
        .doesNotContain(new Position(3, 0));
  }

  @Test
  void aRunTooShortForSoManyCutsSaysSo() {
    assertThatThrownBy(() -> Cuts.drawnFrom(3, REACHED, 29))
        .hasMessage("30 batches are too few to be cut 29 times");
  }

  @Test
  void oneOfThePlannedKillsIsAtAnEpochsEndAndOneWithinAnEpoch() {
    for (long seed = 0; seed < 200; seed++) {
      List<PlannedKill> kills = Cuts.planned(seed, REACHED, 2);

      assertThat(kills)
          .extracting(PlannedKill::head)
          .as("seed %d", seed)
          .containsExactlyInAnyOrder(Head.EPOCH_END, Head.MID_EPOCH);
      assertThat(kills)
          .filteredOn(kill -> kill.head() == Head.EPOCH_END)
          .as("seed %d: an epoch ends after it, and another one after that", seed)
          .allMatch(kill -> kill.notBefore().epoch() < 2);
    }
  }

  @Test
  void aLoopThatIsSavedAtEndsOnlyIsKilledThere() {
    List<Position> ends = IntStream.rangeClosed(1, 8).mapToObj(Position::ofEpochs).toList();

    assertThat(Cuts.planned(1, ends, 3))
        .extracting(PlannedKill::head)
        .containsOnlyOnce(Head.EPOCH_END)
        .doesNotContain(Head.MID_EPOCH);
  }

  @Test
  void oneEpochHasNoEndToGoOnFrom() {
    List<Position> one = REACHED.stream().filter(at -> at.epoch() == 0).toList();

    assertThatThrownBy(() -> Cuts.planned(1, one, 2))
        .hasMessage("no epoch ends before the last one");
  }

  @Test
  void aKillWaitsUntilTheHeadIsWhereItIsWanted() {
    assertThat(Head.ANYWHERE.isAt(Optional.empty())).isTrue();
    assertThat(Head.MOVED.isAt(Optional.empty())).isFalse();
    assertThat(Head.MID_EPOCH.isAt(Optional.of(new Position(1, 3)))).isTrue();
    assertThat(Head.MID_EPOCH.isAt(Optional.of(new Position(1, 0)))).isFalse();
    assertThat(Head.EPOCH_END.isAt(Optional.of(new Position(1, 0)))).isTrue();
    assertThat(Head.EPOCH_END.isAt(Optional.empty())).isFalse();
  }
}
