package baton.programs.lipnet;

import java.util.stream.IntStream;

/**
 * The classes of the network's output at each frame: the blank of CTC, a space, and the letters a
 * to z.
 */
final class Alphabet {
  static final int BLANK = 0;
  private static final String CHARACTERS = " abcdefghijklmnopqrstuvwxyz";
  static final int CLASSES = 1 + CHARACTERS.length();

  private Alphabet() {}

  /** Whether all characters of {@code text} are in the alphabet. */
  static boolean spells(String text) {
    return text.chars().allMatch(character -> CHARACTERS.indexOf(character) >= 0);
  }

  static int[] labels(String text) {
    return text.chars().map(Alphabet::label).toArray();
  }

  private static int label(int character) {
    int index = CHARACTERS.indexOf(character);
    if (index < 0) {
      throw new IllegalArgumentException("the alphabet has no '" + (char) character + "'");
    }
    return 1 + index;
  }

  static char character(int label) {
    return CHARACTERS.charAt(label - 1);
  }

  /**
   * The fewest frames in which CTC can write {@code text}: one for each character, and a blank
   * between two equal ones.
   */
  static int framesFor(String text) {
    long repeats =
        IntStream.range(1, text.length()).filter(i -> text.charAt(i) == text.charAt(i - 1)).count();
    return text.length() + (int) repeats;
  }
}
