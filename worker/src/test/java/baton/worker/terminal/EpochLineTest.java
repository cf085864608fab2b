package baton.worker.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Measurement;
import baton.protocol.Position;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EpochLineTest {
  private static Measurement measured(Map<String, Double> values) {
    return new Measurement(Position.ofEpochs(12), values);
  }

  @Test
  void theBestSoFarStandsBesideItsMetric() {
    Measurement measured =
        measured(
            Map.of(
                "accuracy", 0.99441,
                "accuracy.highest", 1.0,
                "accuracy.highestEpoch", 11.0,
                "loss", 0.0511523));
    assertThat(EpochLine.of(measured, 80))
        .containsExactly("epoch 12 done: accuracy 0.9944 (best 1 @ 11), loss 0.05115");
  }

  @Test
  void aGapIsADashAndSmallNumbersStayNumbers() {
    Measurement measured = measured(Map.of("f1", Double.NaN, "rate", 0.000012, "seen", 1797.0));
    assertThat(EpochLine.of(measured, 80))
        .containsExactly("epoch 12 done: f1 –, rate 1.200e-05, seen 1797");
  }

  @Test
  void manyMetricsAreBrokenBetweenThemAndNowhereElse() {
    Map<String, Double> many = new TreeMap<>();
    for (int i = 0; i < 12; i++) {
      many.put("validation_" + i, i + 0.5);
    }
    many.put("a metric whose name alone is wider than the terminal of the person who named it", 1.);

    assertThat(EpochLine.of(measured(many), 60))
        .hasSizeGreaterThan(3)
        .filteredOn(line -> !line.contains("whose name"))
        .allMatch(line -> line.length() <= 60)
        .allMatch(line -> line.startsWith("epoch 12 done:") || line.startsWith("  "));
  }

  @Test
  void anEpochThatMeasuredNothingIsDoneAllTheSame() {
    assertThat(EpochLine.of(measured(Map.of()), 80)).containsExactly("epoch 12 done");
  }
}
