package baton.programs.lipnet;

import static java.util.Map.Entry.comparingByValue;
import static org.assertj.core.api.Assertions.assertThat;

import baton.worker.train.SplitMix64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecoderTest {
  private static final int A = Alphabet.labels("a")[0];
  private static final int B = Alphabet.labels("b")[0];

  @Test
  void aRepeatIsOneLetterUnlessABlankStandsBetween() {
    double[][] log = sure(A, A, 0, A, B, B, 0, 0);

    assertThat(Decoder.greedy().read(log)).isEqualTo("aab");
    assertThat(Decoder.beam(4).read(log)).isEqualTo("aab");
  }

  @Test
  void nothingButBlanksReadsAsNothing() {
    assertThat(Decoder.greedy().read(sure(0, 0, 0))).isEmpty();
    assertThat(Decoder.beam(4).read(sure(0, 0, 0))).isEmpty();
  }

  @Test
  void theBeamAddsUpThePathsThatReadTheSame() {
    // Blank blank is the likeliest path (0.36), but "a" has three (0.24 + 0.24 + 0.16).
    double[][] log = new double[2][];
    log[0] = log(frame(0.6, 0.4, 0));
    log[1] = log(frame(0.6, 0.4, 0));

    assertThat(Decoder.greedy().read(log)).isEmpty();
    assertThat(Decoder.beam(4).read(log)).isEqualTo("a");
  }

  @Test
  void aWideBeamFindsTheLikeliestTextOfAll() {
    for (long seed = 1; seed <= 200; seed++) {
      SplitMix64 random = new SplitMix64(seed);
      double[][] log = new double[5][];
      for (int i = 0; i < log.length; i++) {
        double blank = 0.2 + random.nextDouble();
        double a = 0.2 + random.nextDouble();
        double b = 0.2 + random.nextDouble();
        double sum = blank + a + b;
        log[i] = log(frame(blank / sum, a / sum, b / sum));
      }

      assertThat(Decoder.beam(300).read(log)).as("seed %s", seed).isEqualTo(likeliest(log));
    }
  }

  @Test
  void aLongClipDoesNotFadeToZero() {
    double[][] log = new double[2_000][];
    for (int i = 0; i < log.length; i++) {
      log[i] = log(frame(0.4, i < 1_000 ? 0.35 : 0.25, i < 1_000 ? 0.25 : 0.35));
    }

    assertThat(Decoder.beam(3).read(log)).isNotEmpty();
  }

  /** Of all paths over blank, a and b, added up by what they read. */
  private static String likeliest(double[][] log) {
    Map<String, Double> texts = new HashMap<>();
    int paths = (int) Math.pow(3, log.length);
    for (int path = 0; path < paths; path++) {
      StringBuilder text = new StringBuilder();
      double chance = 0;
      int before = 0;
      for (int frame = 0, rest = path; frame < log.length; frame++, rest /= 3) {
        int label = new int[] {0, A, B}[rest % 3];
        chance += log[frame][label];
        if (label != 0 && label != before) {
          text.append(Alphabet.character(label));
        }
        before = label;
      }
      texts.merge(text.toString(), Math.exp(chance), Double::sum);
    }
    return texts.entrySet().stream().max(comparingByValue()).orElseThrow().getKey();
  }

  private static double[][] sure(int... labels) {
    double[][] log = new double[labels.length][Alphabet.CLASSES];
    for (int i = 0; i < labels.length; i++) {
      log[i][labels[i]] = 1;
      log[i] = log(log[i]);
    }
    return log;
  }

  private static double[] frame(double blank, double a, double b) {
    double[] frame = new double[Alphabet.CLASSES];
    frame[0] = blank;
    frame[A] = a;
    frame[B] = b;
    return frame;
  }

  private static double[] log(double[] chances) {
    double[] log = new double[chances.length];
    for (int i = 0; i < log.length; i++) {
      log[i] = Math.log(chances[i]);
    }
    return log;
  }
}
