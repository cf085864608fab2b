package baton.programs.lipnet;

import java.util.Arrays;
import java.util.List;

/**
 * The character and word error rates: edits (a wrong, a missing or an extra item) divided by the
 * items of all true texts.
 */
final class ErrorRates {
  private long characters;
  private long characterEdits;
  private long words;
  private long wordEdits;

  void add(String truth, String reading) {
    characters += truth.length();
    characterEdits += edits(characters(truth), characters(reading));
    words += words(truth).size();
    wordEdits += edits(words(truth), words(reading));
  }

  double character() {
    return (double) characterEdits / characters;
  }

  double word() {
    return (double) wordEdits / words;
  }

  /** The Levenshtein distance. */
  static int edits(List<String> truth, List<String> reading) {
    if (truth.equals(reading)) {
      return 0;
    }
    int[] above = new int[reading.size() + 1];
    Arrays.setAll(above, i -> i);
    for (int i = 1; i <= truth.size(); i++) {
      int[] row = new int[above.length];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int wrong = truth.get(i - 1).equals(reading.get(j - 1)) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + wrong, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[reading.size()];
  }

  private static List<String> characters(String text) {
    return text.chars().mapToObj(Character::toString).toList();
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
  }
}
