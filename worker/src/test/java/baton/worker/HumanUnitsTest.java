package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumanUnitsTest {
  @Test
  void sizesAreReadAsPeopleWriteThem() {
    assertThat(HumanUnits.bytes("17")).isEqualTo(17);
    assertThat(HumanUnits.bytes("2kB")).isEqualTo(2_000);
    assertThat(HumanUnits.bytes("800MB")).isEqualTo(800_000_000);
    assertThat(HumanUnits.bytes(" 50 GB ")).isEqualTo(50_000_000_000L);
    assertThat(HumanUnits.bytes("3T")).isEqualTo(3_000_000_000_000L);
    assertThatThrownBy(() -> HumanUnits.bytes("lots")).hasMessageContaining("800MB");
    assertThatThrownBy(() -> HumanUnits.bytes("-1GB")).hasMessageContaining("800MB");
  }

  @ParameterizedTest
  @CsvSource({
    "3h50m, PT3H50M",
    "10m, PT10M",
    "90s, PT1M30S",
    "250ms, PT0.25S",
    "1h 30m, PT1H30M",
    "2m5s, PT2M5S",
    "' 8s ', PT8S"
  })
  void durationsAreReadAsPeopleWriteThem(String text, Duration expected) {
    assertThat(HumanUnits.duration(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "90", "-5m", "5 minutes", "m", "1.5h", "50m3h", "99999999h"})
  void whatIsNoDurationIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> HumanUnits.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("like 3h50m, 10m, 90s or 250ms");
  }

  @Test
  void durationsAreToldInTwoUnitsAtMost() {
    assertThat(HumanUnits.text(Duration.ofMinutes(230))).isEqualTo("3 h 50 min");
    assertThat(HumanUnits.text(Duration.ofSeconds(90))).isEqualTo("1 min 30 s");
    assertThat(HumanUnits.text(Duration.ofMillis(12_300))).isEqualTo("12 s");
  }
}
