package baton.programs.lipnet;

import baton.worker.train.SplitMix64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sentences of the GRID corpus (Cooke, Barker, Cunningham and Shao, 2006): a command, a colour,
 * a preposition, a letter, a digit and an adverb, such as "bin blue at f two now". The letter w is
 * missing, as the only one with several syllables.
 */
final class GridGrammar {
  private static final List<List<String>> SLOTS =
      List.of(
          words("bin lay place set"),
          words("blue green red white"),
          words("at by in with"),
          words("a b c d e f g h i j k l m n o p q r s t u v x y z"),
          words("zero one two three four five six seven eight nine"),
          words("again now please soon"));

  private GridGrammar() {}

  /** A uniformly random one of the 64,000 sentences. */
  static List<String> draw(SplitMix64 random) {
    return SLOTS.stream().map(words -> words.get(random.nextInt(words.size()))).toList();
  }

  /** All sentences. */
  static Stream<List<String>> sentences() {
    Stream<List<String>> sentences = Stream.of(List.of());
    for (List<String> slot : SLOTS) {
      sentences = sentences.flatMap(begun -> slot.stream().map(word -> with(begun, word)));
    }
    return sentences;
  }

  static Stream<String> vocabulary() {
    return SLOTS.stream().flatMap(List::stream);
  }

  /** The most frames that any sentence needs, see {@link Alphabet#framesFor}. */
  static int framesForAny() {
    int longest =
        SLOTS.stream()
            .mapToInt(slot -> slot.stream().mapToInt(Alphabet::framesFor).max().orElseThrow())
            .sum();
    return longest + SLOTS.size() - 1;
  }

  private static List<String> with(List<String> begun, String word) {
    return Stream.concat(begun.stream(), Stream.of(word)).toList();
  }

  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }
}
