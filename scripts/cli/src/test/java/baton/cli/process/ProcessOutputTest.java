package baton.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import org.junit.jupiter.api.Test;

class ProcessOutputTest {
  @Test
  void theReportOfABatchTellsItsPositionAndItsWholeLoss() {
    ProcessOutput said = new ProcessOutput("at e3-b17 loss 0.12345678901234567");

    assertThat(said.position()).contains(new Position(3, 17));
    assertThat(said.loss()).contains(0.12345678901234567);
    assertThat(said.committed()).isEmpty();
  }

  @Test
  void aLineForPeopleIsReadWithoutItsTimeAndName() {
    assertThat(new ProcessOutput("12:34:56 anna  restored e1-b2").restored())
        .contains(new Position(1, 2));
    assertThat(new ProcessOutput("12:34:56 anna  committed e1-b2, trains on to e2-b0").committed())
        .contains(new Position(1, 2));
  }

  @Test
  void onlyTheLastCommitOfAJobTellsOfCompletion() {
    assertThat(
            new ProcessOutput("12:34:56 anna  committed e2-b0, first is complete").isOfCompletion())
        .isTrue();
    assertThat(
            new ProcessOutput("12:34:56 anna  committed e1-b0, its turn is over").isOfCompletion())
        .isFalse();
    assertThat(new ProcessOutput("12:34:56 anna  toy| this is complete").isOfCompletion())
        .isFalse();
  }
}
