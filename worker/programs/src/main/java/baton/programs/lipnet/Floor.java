package baton.programs.lipnet;

import static java.util.stream.Collectors.groupingBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The lowest error rate that a lip reader can reach on the synthetic corpus: one that sees every
 * shape correctly, knows the grammar, and must guess among the sentences that look the same.
 */
public final class Floor {
  private final Map<List<MouthShape>, List<String>> alike;

  /** Groups all sentences by their shapes. */
  public Floor() {
    alike =
        GridGrammar.sentences()
            .collect(
                groupingBy(
                    Phonemes::shapes,
                    Collectors.mapping(words -> String.join(" ", words), Collectors.toList())));
  }

  public double wordErrorRate() {
    return errorRates().word();
  }

  /** The sentences that look like {@code words}, including itself. */
  List<String> alike(List<String> words) {
    return alike.get(Phonemes.shapes(words));
  }

  /**
   * The rates of the best reader, which reads each sentence as the one with the fewest word errors
   * over all that look the same.
   */
  ErrorRates errorRates() {
    ErrorRates rates = new ErrorRates();
    alike
        .values()
        .forEach(
            sentences -> {
              String guess = best(sentences);
              sentences.forEach(sentence -> rates.add(sentence, guess));
            });
    return rates;
  }

  private static String best(List<String> sentences) {
    String best = sentences.get(0);
    double fewest = Double.POSITIVE_INFINITY;
    for (String guess : sentences) {
      ErrorRates rates = new ErrorRates();
      sentences.forEach(sentence -> rates.add(sentence, guess));
      if (rates.word() < fewest) {
        fewest = rates.word();
        best = guess;
      }
    }
    return best;
  }
}
