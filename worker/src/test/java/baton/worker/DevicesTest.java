package baton.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  @Test
  void aListedGpuIsToldByItsName() {
    String list =
        "echo 'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)'; echo 'GPU 1: Tesla T4 (UUID: GPU-2)'";

    assertThat(Devices.gpu("sh", "-c", list)).contains("NVIDIA A100-SXM4-40GB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"echo 'No devices found.'", "exit 9", "echo 'GPU 0: T4 (UUID: lost)'; exit 15"})
  void aToolThatListsNoneOrFailsMeansNone(String answer) {
    assertThat(Devices.gpu("sh", "-c", answer)).isEmpty();
  }

  @Test
  void withoutTheToolThereIsNone() {
    assertThat(Devices.gpu("no-such-tool-as-this")).isEmpty();
  }

  @Test
  void aProcessorIsToldByWhatItsMachineMayRunOutOf(@TempDir Path proc) throws Exception {
    Files.writeString(
        proc.resolve("cpuinfo"),
        "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.20GHz\nprocessor\t: 1\n");
    Files.writeString(proc.resolve("meminfo"), "MemTotal:       13286928 kB\nMemFree: 1 kB\n");

    assertThat(Devices.cpu(proc))
        .isEqualTo("cpu: " + PROCESSORS + " x Intel(R) Xeon(R) CPU @ 2.20GHz, 14 GB");
  }

  @Test
  void whereNobodyTellsThereIsStillAName(@TempDir Path nothing) {
    assertThat(Devices.cpu(nothing))
        .isEqualTo("cpu: " + PROCESSORS + " x " + System.getProperty("os.arch"));
    assertThat(Devices.name("cpu")).startsWith("cpu: ").hasSizeLessThanOrEqualTo(100);
  }
}
