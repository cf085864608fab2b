package baton.scripts.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Position;
import java.util.List;
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
}
