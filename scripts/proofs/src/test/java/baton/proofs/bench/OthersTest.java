package baton.proofs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OthersTest {
  @Test
  void whatIsNeitherIdleNorWaitingIsBusy() {
    String stat = "cpu  100 20 30 5000 600 1 2 47 9 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";

    assertThat(Others.busySeconds(stat)).isEqualTo(2.0);
  }

  @Test
  void whatIsBusyAndNotOursIsOthers() {
    assertThat(Others.share(30, 20, 100)).isEqualTo(0.1);
    assertThat(Others.share(19.9, 20, 100)).as("two clocks differ a little").isZero();
  }

  @Test
  void aDisturbedMeasurementSaysSo() {
    assertThat(Others.line(0.02)).isEqualTo("other programs took 2 % of the processors");
    assertThat(Others.line(0.3)).contains("30 %", "DISTURBED");
    assertThat(Others.line(Double.NaN)).contains("not known");
  }

  @Test
  void theShareOfThisMachineIsAShareOrNotKnown() {
    assertThat(new Others().share())
        .satisfiesAnyOf(s -> assertThat(s).isNotNegative(), s -> assertThat(s).isNaN());
  }
}
