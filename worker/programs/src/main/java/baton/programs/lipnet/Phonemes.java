package baton.programs.lipnet;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The pronunciation of the words of the {@link GridGrammar} in ARPABET phonemes and British English
 * ("zed"), and the shapes of each phoneme.
 */
final class Phonemes {
  private static final Map<String, List<String>> SPOKEN =
      table(
          "bin B IH N, lay L EY, place P L EY S, set S EH T",
          "blue B L UW, green G R IY N, red R EH D, white W AY T",
          "at AE T, by B AY, in IH N, with W IH TH",
          "a EY, b B IY, c S IY, d D IY, e IY, f EH F, g JH IY, h EY CH, i AY, j JH EY, k K EY",
          "l EH L, m EH M, n EH N, o OW, p P IY, q K Y UW, r AA R, s EH S, t T IY, u Y UW",
          "v V IY, x EH K S, y W AY, z Z EH D",
          "zero Z IH R OW, one W AH N, two T UW, three TH R IY, four F AO R, five F AY V",
          "six S IH K S, seven S EH V AH N, eight EY T, nine N AY N",
          "again AH G EH N, now N AW, please P L IY Z, soon S UW N");

  /** A diphthong is two shapes. */
  private static final Map<String, List<MouthShape>> SEEN =
      looks(
          "P CLOSED, B CLOSED, M CLOSED, F BITE, V BITE, TH BETWEEN, T TIP, D TIP, N TIP",
          "S TEETH, Z TEETH, L RAISED, CH HUSH, JH HUSH, K BACK, G BACK, Y BACK, W PURSED",
          "R CURLED, IH SPREAD, IY SPREAD, EH MIDDLE, AE MIDDLE, AH WIDE_OPEN, AA WIDE_OPEN",
          "AO ROUND, UW POUT, EY MIDDLE SPREAD, AY WIDE_OPEN SPREAD, OW ROUND POUT",
          "AW WIDE_OPEN POUT");

  private Phonemes() {}

  static List<String> of(String word) {
    List<String> phonemes = SPOKEN.get(word);
    if (phonemes == null) {
      throw new IllegalArgumentException("nobody has said how \"" + word + "\" is spoken");
    }
    return phonemes;
  }

  /**
   * The sequence of mouth shapes for {@code words}. Equal neighbours are merged, also across words,
   * since the duration of a shape does not tell how many phonemes it stands for.
   */
  static List<MouthShape> shapes(List<String> words) {
    List<MouthShape> shapes = new ArrayList<>();
    for (String word : words) {
      for (String phoneme : of(word)) {
        for (MouthShape shape : SEEN.get(phoneme)) {
          if (shapes.isEmpty() || shapes.get(shapes.size() - 1) != shape) {
            shapes.add(shape);
          }
        }
      }
    }
    return List.copyOf(shapes);
  }

  private static Map<String, List<MouthShape>> looks(String... rows) {
    return table(rows).entrySet().stream()
        .collect(
            toUnmodifiableMap(
                Map.Entry::getKey,
                phoneme -> phoneme.getValue().stream().map(MouthShape::valueOf).toList()));
  }

  /** Parses rows such as {@code "bin B IH N, lay L EY"}: keys with their values. */
  private static Map<String, List<String>> table(String... rows) {
    return Arrays.stream(rows)
        .flatMap(row -> Stream.of(row.split(", ")))
        .map(entry -> List.of(entry.split(" ")))
        .collect(toUnmodifiableMap(entry -> entry.get(0), e -> e.subList(1, e.size())));
  }
}
