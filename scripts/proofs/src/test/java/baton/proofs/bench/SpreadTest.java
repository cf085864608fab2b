package baton.proofs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theMiddleAndTheEndsAreTold() {
    Spread odd = Spread.of(3, 1, 2);
    assertThat(odd).extracting(Spread::median, Spread::least, Spread::most).contains(2.0, 1.0, 3.0);
    assertThat(Spread.of(1, 2, 3, 10).median()).isEqualTo(2.5);
  }

  @Test
  void theMeanIsAsSureAsStudentSays() {
    // s = 1, n = 3: 4.303 / sqrt(3)
    Spread three = Spread.of(1, 2, 3);
    assertThat(three.mean()).isEqualTo(2);
    assertThat(three.sure()).isCloseTo(2.484, within(0.001));
  }

  @Test
  void whatWasMeasuredOnceIsNotSureAtAll() {
    assertThat(Spread.of(5).sure()).isInfinite();
    assertThatThrownBy(Spread::of).hasMessage("nothing was measured");
  }
}
