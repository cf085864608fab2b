package baton.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaveIntervalTest {
  private static final LifetimeEstimate SEEN =
      new LifetimeEstimate(Duration.ofMinutes(52), 11, Duration.ofMinutes(576));

  @Test
  void theReasonIsASentenceForPeople() {
    assertThat(
            new SaveInterval(
                    Duration.ofSeconds(190),
                    Optional.of(Duration.ofMillis(40)),
                    Optional.of(Duration.ofSeconds(9)),
                    SEEN)
                .reason())
        .isEqualTo(
            "saves every 3 min 10 s: a save costs 40 ms, sessions like this last 52 min (11 lost in"
                + " 9.6 h)");
  }

  @Test
  void whatIsNotKnownYetIsSaid() {
    assertThat(
            new SaveInterval(
                    Duration.ofMinutes(2),
                    Optional.empty(),
                    Optional.empty(),
                    LifetimeEstimate.PRIOR)
                .reason())
        .isEqualTo(
            "saves every 2 min: what a save costs is not measured yet, sessions like this last 4.0"
                + " h (none was seen yet)");
  }

  @Test
  void aSlowUploadIsTheReasonWhereItIs() {
    Optional<Duration> upload = Optional.of(Duration.ofMinutes(4));

    assertThat(
            new SaveInterval(upload.get(), Optional.of(Duration.ofSeconds(2)), upload, SEEN)
                .reason())
        .startsWith("saves every 4 min: a save costs 2.0 s and its upload takes as long, sessions");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 ms",
    "999,999 ms",
    "1000,1.0 s",
    "9949,9.9 s",
    "10000,10 s",
    "59999,59 s",
    "60000,1 min",
    "3599000,59 min 59 s",
    "3600000,1.0 h",
    "34560000,9.6 h"
  })
  void lengthsOfTimeAreToldAsPeopleTellThem(long millis, String told) {
    assertThat(Span.of(Duration.ofMillis(millis))).isEqualTo(told);
  }

  @Test
  void aSessionThatLastsNoTimeCannotBe() {
    assertThatThrownBy(() -> new LifetimeEstimate(Duration.ZERO, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void autoCountsNothing() {
    assertThat(Cadence.AUTO).hasToString("as often as pays");
    assertThatThrownBy(() -> new Cadence(2, Cadence.Unit.AUTO)).hasMessageContaining("not 2");
  }
}
