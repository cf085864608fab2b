package baton.proofs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RateTest {
  @Test
  void ofAHundredLatenciesTheMedianAndTheSlowestHundredthAreTold() {
    long[] nanos = LongStream.rangeClosed(1, 100).map(i -> 101 - i).toArray();

    Rate rate = Rate.of(4, nanos, Duration.ofSeconds(2));

    assertThat(rate).isEqualTo(new Rate(4, 50, Duration.ofNanos(51), Duration.ofNanos(100)));
  }

  @Test
  void nothingMeasuredIsNoRate() {
    assertThatThrownBy(() -> Rate.of(1, new long[0], Duration.ofSeconds(1)))
        .hasMessageContaining("measure for longer");
  }

  @Test
  void memoryIsReadAsLinuxTellsIt() {
    String status = "Name:\tjava\nVmHWM:\t  153600 kB\nVmRSS:\t  102400 kB\n";

    assertThat(MemoryUse.field(status, "VmRSS:")).isEqualTo(OptionalLong.of(102_400));
    assertThat(MemoryUse.field(status, "VmSwap:")).isEmpty();
    assertThat(new MemoryUse(OptionalLong.of(102_400), OptionalLong.of(153_600)))
        .hasToString("100 MB resident (at most 150 MB)");
  }
}
