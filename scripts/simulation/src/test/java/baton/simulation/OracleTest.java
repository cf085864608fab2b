package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import baton.simulation.Oracle.Stay;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A job of 100 min; machines boot in 2 min, start in 1, and move a checkpoint in 10. */
class OracleTest {
  private final Oracle oracle =
      new Oracle(new Oracle.Costs(minutes(2), minutes(1), minutes(10)), minutes(100));

  @Test
  void oneSessionThatIsLongEnoughNeedsOneUpload() {
    assertThat(oracle.done(List.of(stay(0, 200)))).contains(minutes(2 + 1 + 100 + 10));
  }

  @Test
  void theNextOneRestoresWhatTheFirstLeft() {
    // The first trains from 3 to 50, the second from 60 + 10 + 1 on.
    assertThat(oracle.done(List.of(stay(0, 60), stay(0, 200))))
        .as("the long one alone")
        .contains(minutes(113));
    assertThat(oracle.done(List.of(stay(0, 60), stay(55, 200)))).contains(minutes(71 + 53 + 10));
  }

  @Test
  void aSessionThatIsTooShortIsLeftOut() {
    assertThat(oracle.done(List.of(stay(0, 60), stay(60, 75), stay(61, 200))))
        .isEqualTo(oracle.done(List.of(stay(0, 60), stay(61, 200))))
        .contains(minutes(63 + 11 + 53 + 10));
  }

  @Test
  void sessionsThatDoNotSufficeAreToldSo() {
    assertThat(oracle.done(List.of(stay(0, 60)))).isEmpty();
  }

  @Test
  void aPersonStartsEachSessionAfterTheOneBefore() {
    assertThat(Oracle.oneAfterTheOther(Collections.nCopies(2, minutes(60)), minutes(5)))
        .containsExactly(stay(0, 60), stay(65, 125));
  }

  private static Stay stay(int from, int until) {
    return new Stay(minutes(from), Optional.of(minutes(until)));
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }
}
