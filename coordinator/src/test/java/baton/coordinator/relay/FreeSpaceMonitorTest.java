package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Grant;
import baton.protocol.Position;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is done where the next checkpoint finds no room. Jobs keep three checkpoints. */
class FreeSpaceMonitorTest {
  private final RelayFixture fixture = new RelayFixture();
  private final Grant annas;

  FreeSpaceMonitorTest() {
    fixture.submitKeeping("mnist", 3);
    annas = fixture.leased("anna");
    for (int epoch = 1; epoch <= 3; epoch++) {
      fixture.commits("anna", annas, epoch);
    }
  }

  @Test
  void whileThereIsRoomAllAreKept() {
    assertThat(fixture.files.deleted).isEmpty();
    assertThat(fixture.relay.shortage(fixture.job(annas.job()))).isEmpty();
  }

  @Test
  void whereThereIsNoneOlderOnesAreDeletedFirst() {
    fixture.files.room = OptionalLong.of(0);

    fixture.commits("anna", annas, 4);

    assertThat(fixture.files.deleted).containsExactly(Position.ofEpochs(1), Position.ofEpochs(2));
    assertThat(fixture.job(annas.job()).kept()).hasSize(2);
  }

  @Test
  void whatIsLackingThenIsToldUntilThereIsRoom() {
    fixture.files.room = OptionalLong.of(0);
    fixture.commits("anna", annas, 4);
    assertThat(fixture.relay.shortage(fixture.job(annas.job())).orElseThrow())
        .contains("training goes on")
        .contains("e4-b0")
        .contains("Make room");

    fixture.files.room = OptionalLong.of(Long.MAX_VALUE);
    fixture.commits("anna", annas, 5);

    assertThat(fixture.relay.shortage(fixture.job(annas.job()))).isEmpty();
  }

  @Test
  void aStoreThatOthersFillIsSeenWithinAMinute() {
    fixture.files.room = OptionalLong.of(0);
    fixture.passes(Duration.ofSeconds(50));
    assertThat(fixture.job(annas.job()).kept()).hasSize(3);

    fixture.passes(Duration.ofSeconds(20));

    assertThat(fixture.job(annas.job()).kept()).hasSize(2);
  }
}
