package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HumaneTest {
  @Test
  void sizesAreReadAsPeopleWriteThem() {
    assertThat(Humane.bytes("17")).isEqualTo(17);
    assertThat(Humane.bytes("2kB")).isEqualTo(2_000);
    assertThat(Humane.bytes("800MB")).isEqualTo(800_000_000);
    assertThat(Humane.bytes(" 50 GB ")).isEqualTo(50_000_000_000L);
    assertThat(Humane.bytes("3T")).isEqualTo(3_000_000_000_000L);
    assertThatThrownBy(() -> Humane.bytes("lots")).hasMessageContaining("800MB");
    assertThatThrownBy(() -> Humane.bytes("-1GB")).hasMessageContaining("800MB");
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
    assertThat(Humane.duration(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "90", "-5m", "5 minutes", "m", "1.5h", "50m3h", "99999999h"})
  void whatIsNoDurationIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> Humane.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("like 3h50m, 10m, 90s or 250ms");
  }

  @Test
  void durationsAreToldInTwoUnitsAtMost() {
    assertThat(Humane.text(Duration.ofMinutes(230))).isEqualTo("3 h 50 min");
    assertThat(Humane.text(Duration.ofSeconds(90))).isEqualTo("1 min 30 s");
    assertThat(Humane.text(Duration.ofMillis(12_300))).isEqualTo("12 s");
  }
}
