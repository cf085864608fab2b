package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a script may be silent, as a job asks. */
class PolicyTest {
  @Test
  void aScriptThatMayBeSilentForLongMayBeSoInItsStartAndEvaluationToo() {
    Policy patient = Policy.DEFAULT.silentFor(Duration.ofHours(5));

    assertThat(patient.longestSilence()).isEqualTo(Duration.ofHours(5));
    assertThat(patient.limits().get(Phase.TRAIN)).isEqualTo(PhaseLimit.ofMinutes(300, 24 * 60));
    assertThat(patient.limits().get(Phase.SETUP)).isEqualTo(PhaseLimit.ofMinutes(300, 300));
    assertThat(patient.limits().get(Phase.EVALUATE)).isEqualTo(PhaseLimit.ofMinutes(300, 300));
    assertThat(patient.limits().get(Phase.DATA)).isEqualTo(Policy.DEFAULT.limits().get(Phase.DATA));
  }

  @Test
  void aShorterSilenceBetweenBatchesLeavesTheStartItsTime() {
    Policy strict = Policy.DEFAULT.silentFor(Duration.ofMinutes(1));

    assertThat(strict.longestSilence()).isEqualTo(Duration.ofMinutes(1));
    assertThat(strict.limits().get(Phase.SETUP)).isEqualTo(PhaseLimit.ofMinutes(10, 30));
  }

  @Test
  void whatIsNoSensibleLimitIsRefused() {
    for (Duration wrong :
        List.of(
            Duration.ZERO,
            Duration.ofSeconds(59),
            Duration.ofHours(24).plusMillis(1),
            Duration.ofMinutes(-5))) {
      assertThatThrownBy(() -> Policy.DEFAULT.silentFor(wrong))
          .hasMessage("the longest silence must be 1 min to 24 h");
    }
    assertThat(Policy.DEFAULT.silentFor(Duration.ofHours(24)).longestSilence())
        .isEqualTo(Duration.ofDays(1));
  }
}
