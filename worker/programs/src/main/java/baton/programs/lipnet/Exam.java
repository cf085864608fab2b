package baton.programs.lipnet;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Evaluates the network's readings of held-out clips. */
final class Exam {
  private final Decoder greedy = Decoder.greedy();
  private final Decoder beam;
  private final ErrorRates greedyRates = new ErrorRates();
  private final ErrorRates beamRates = new ErrorRates();
  private String sample = "";
  private double lossSum;
  private int clips;

  /**
   * @param width the width of the beam
   */
  Exam(int width) {
    beam = Decoder.beam(width);
  }

  /**
   * @param outputs the network's outputs for {@code read}: (clips, frames, classes)
   */
  void add(List<Clip> read, NDArray outputs) {
    float[] values = outputs.toFloatArray();
    int size = values.length / read.size();
    for (int i = 0; i < read.size(); i++) {
      add(read.get(i), Arrays.copyOfRange(values, i * size, (i + 1) * size));
    }
  }

  private void add(Clip clip, float[] outputs) {
    String truth = clip.transcript();
    double[][] log = LogSoftmax.of(outputs, Alphabet.CLASSES);
    String reading = beam.read(log);
    greedyRates.add(truth, greedy.read(log));
    beamRates.add(truth, reading);
    lossSum += CtcLoss.of(outputs, Alphabet.CLASSES, Alphabet.labels(truth)).loss();
    if (clips == 0) {
      sample = "A stranger said \"%s\", and \"%s\" was read.".formatted(truth, reading);
    }
    clips++;
  }

  /** The first clip and its reading, in a sentence. */
  String sample() {
    return sample;
  }

  /**
   * {@code wer} and {@code cer}, the word and character error rates of the beam's readings; {@code
   * greedyWer} and {@code greedyCer}; and {@code testLoss}.
   */
  Map<String, Double> marks() {
    return Map.of(
        "wer",
        beamRates.word(),
        "cer",
        beamRates.character(),
        "greedyWer",
        greedyRates.word(),
        "greedyCer",
        greedyRates.character(),
        "testLoss",
        lossSum / clips);
  }
}
