package baton.coordinator.relay;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Grant;
import baton.protocol.Position;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** R13: what was marked pruned is deleted, at once or later. Jobs keep two checkpoints. */
class HousekeepingTest {
  private final RelayFixture fixture = new RelayFixture();
  private final Grant annas;

  HousekeepingTest() {
    fixture.submit("mnist");
    annas = fixture.leased("anna");
  }

  @Test
  void whatACommitPrunesIsDeletedAfterIt() {
    commitTo(2);
    assertThat(fixture.files.deleted).isEmpty();

    fixture.commits("anna", annas, 3);

    assertThat(fixture.files.deleted).containsExactly(epoch(1));
  }

  @Test
  void theDeleterIsToldWhatIsKept() {
    commitTo(3);

    assertThat(fixture.files.keptAtDeletion).containsExactly(List.of(epoch(3), epoch(2)));
  }

  @Test
  void aStartSweepsOrphansAndSparesAllThatWasEverCommitted() {
    commitTo(3);
    fixture.files.swept.clear();

    fixture.restart();

    assertThat(fixture.files.swept)
        .containsExactly(new FakeFiles.Sweep(annas.fence(), List.of(epoch(1), epoch(2), epoch(3))));
  }

  @Test
  void aStoreThatIsReachedOnlyAfterTheStartIsSweptThenAndOnce() {
    commitTo(3);
    fixture.files.swept.clear();
    fixture.files.reachable = false;
    fixture.restart();
    fixture.passes(Duration.ofMinutes(2));
    assertThat(fixture.files.swept).isEmpty();

    fixture.files.reachable = true;
    fixture.passes(Duration.ofMinutes(2));
    fixture.passes(Duration.ofMinutes(2));

    assertThat(fixture.files.swept).hasSize(1);
  }

  @Test
  void nothingIsDeletedTwice() {
    commitTo(5);

    assertThat(fixture.files.deleted).containsExactly(epoch(1), epoch(2), epoch(3));
  }

  @Test
  void aDeletionThatFailsIsTriedAgainAndTheCommitStands() {
    fixture.files.deletes = false;
    commitTo(3);
    assertThat(fixture.files.deleted).isEmpty();
    assertThat(fixture.job(annas.job()).position()).isEqualTo(epoch(3));

    fixture.files.deletes = true;
    fixture.commits("anna", annas, 4);

    assertThat(fixture.files.deleted).containsExactly(epoch(1), epoch(2));
  }

  @Test
  void aDeletionThatWasCutShortIsDoneAgainAtTheNextStart() {
    fixture.files.deletes = false;
    commitTo(4);
    fixture.files.deletes = true;

    fixture.restart();

    assertThat(fixture.files.deleted).containsExactly(epoch(1), epoch(2));
  }

  @Test
  void soIsThatOfAJobThatIsCompleteByThen() {
    fixture.files.deletes = false;
    commitTo(6);
    fixture.files.deletes = true;

    fixture.restart();

    assertThat(fixture.files.deleted).containsExactly(epoch(1), epoch(2), epoch(3), epoch(4));
  }

  @Test
  void whereTheCoordinatorCannotReachTheStoreItDeletesNothing() {
    fixture.files.reachable = false;
    commitTo(4);

    assertThat(fixture.files.deleted).isEmpty();
  }

  private void commitTo(int epochs) {
    for (int epoch = 1; epoch <= epochs; epoch++) {
      fixture.commits("anna", annas, epoch);
    }
  }

  private static Position epoch(int epoch) {
    return Position.ofEpochs(epoch);
  }
}
