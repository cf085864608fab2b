package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import baton.simulation.TimeSplit.Part;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the time of a job went into. */
class TimeSplitTest {
  private final TimeSplit split = new TimeSplit();

  @Test
  void eachMomentBelongsToOnePart() {
    split.now("a", Activity.BOOTING, at(0));
    split.now("a", Activity.PREPARING, at(10));
    split.now("a", Activity.TRAINING, at(30));
    split.now("b", Activity.BOOTING, at(40)); // while a trains
    split.now("b", Activity.ASKING, at(50));
    split.now("a", Activity.COPYING, at(90));
    split.now("a", Activity.TRAINING, at(91));
    split.now("a", Activity.FINISHING, at(100));
    split.now("a", Activity.GONE, at(108)); // its lease is not given to b yet
    split.now("b", Activity.PREPARING, at(115));

    assertThat(split.until(at(120), at(60)))
        .isEqualTo(
            Map.of(
                Part.TRAIN, at(60),
                Part.LOST, at(9),
                Part.STALL, at(1),
                Part.TAIL, at(8),
                Part.RESTORE, at(25),
                Part.BOOT, at(10),
                Part.WAITING, at(7)));
  }

  @Test
  void whatIsPrintedSumsToAHundred() {
    split.now("a", Activity.BOOTING, at(0));
    split.now("a", Activity.PREPARING, at(1));
    split.now("a", Activity.TRAINING, at(2));

    assertThat(TimeSplit.told(split.until(at(3), at(1))))
        .isEqualTo(
            "time: train 33.3 %, lost 0.0 %, stall 0.0 %, tail 0.0 %, restore 33.4 %, boot 33.3 %,"
                + " waiting 0.0 %");
  }

  private static Duration at(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
