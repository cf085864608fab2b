package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
  @Test
  void aListedGpuIsOne() {
    assertThat(Devices.best("sh", "-c", "echo 'GPU 0: Tesla T4 (UUID: GPU-1)'")).isEqualTo("gpu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo 'No devices found.'", "exit 9", "echo 'GPU 0: lost'; exit 15"})
  void aToolThatListsNoneOrFailsMeansNone(String answer) {
    assertThat(Devices.best("sh", "-c", answer)).isEqualTo("cpu");
  }

  @Test
  void withoutTheToolThereIsNone() {
    assertThat(Devices.best("no-such-tool-as-this")).isEqualTo("cpu");
  }
}
