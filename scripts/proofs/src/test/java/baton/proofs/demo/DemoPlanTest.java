package baton.proofs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoPlanTest {
  @ParameterizedTest
  @CsvSource({"8, 1", "8, 2", "10, 2", "24, 3", "24, 8", "100, 33"})
  void eachStoryHasRoomForAllOfIt(int epochs, int kills) {
    for (long seed = 0; seed < 1_000; seed++) {
      DemoPlan script = DemoPlan.drawnFrom(seed, kills, epochs);

      assertThat(script.ends()).as("seed %d", seed).hasSize(2).isSorted().doesNotHaveDuplicates();
      assertThat(script.ends().get(0)).as("something is trained").isGreaterThan(Position.START);
      assertThat(script.kills())
          .as("seed %d", seed)
          .hasSize(kills)
          .isSorted()
          .allMatch(kill -> kill.isAfter(script.ends().get(1)), "once the planned ends are over")
          .allMatch(kill -> kill.batch() != 0, "in mid-epoch")
          .allMatch(
              kill -> !new Position(kill.epoch() + 1, kill.batch()).isAfter(end(epochs)),
              "an epoch is left");
      assertThat(script.coordinatorKill()).isBetween(script.ends().get(1), end(epochs));
    }
  }

  private static Position end(int epochs) {
    return Position.ofEpochs(epochs);
  }

  @Test
  void aSeedTellsOneStoryAndAnotherSeedAnother() {
    DemoPlan script = DemoPlan.drawnFrom(7, 3, 24);

    assertThat(DemoPlan.drawnFrom(7, 3, 24)).isEqualTo(script);
    assertThat(DemoPlan.drawnFrom(8, 3, 24).kills()).isNotEqualTo(script.kills());
  }

  @Test
  void aShortJobIsTrainedMoreSlowlyThanALongOneSoThatThereIsTimeToKill() {
    assertThat(DemoPlan.drawnFrom(7, 2, 8).leastPerBatch())
        .isGreaterThan(Duration.ofMillis(20))
        .isGreaterThan(DemoPlan.drawnFrom(7, 2, 24).leastPerBatch());
  }
}
