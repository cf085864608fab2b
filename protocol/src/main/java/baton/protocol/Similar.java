package baton.protocol;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds the names that a mistyped one may have meant: those with the smallest edit distance. */
public final class Similar {
  private static final int LETTERS_PER_SLIP = 3;

  private Similar() {}

  /**
   * A space and a question such as {@code Did you mean --port?}; the empty text if no name is
   * close.
   *
   * @param typed a command, or an option with or without its value
   */
  public static String guess(String typed, Collection<String> names) {
    List<String> near = to(name(typed), names);
    return near.isEmpty() ? "" : " Did you mean %s?".formatted(String.join(" or ", near));
  }

  /** An option without the value that follows it: {@code --prot} of {@code --prot=8642}. */
  public static String name(String typed) {
    return typed.replaceFirst("=.*", "");
  }

  /**
   * The error message for a command or an option that does not exist.
   *
   * @param sentence what is wrong, without a full stop
   */
  public static String unknown(String sentence, List<String> typed, Collection<String> names) {
    return sentence + "." + guess(typed.get(0), names);
  }

  /** The names at the smallest edit distance; empty if none is close. */
  static List<String> to(String typed, Collection<String> names) {
    int most = Math.max(1, typed.replaceFirst("^-+", "").length() / LETTERS_PER_SLIP);
    return names.stream()
        .collect(Collectors.groupingBy(name -> slips(typed, name)))
        .entrySet()
        .stream()
        .filter(near -> near.getKey() <= most)
        .min(Map.Entry.comparingByKey())
        .map(nearest -> nearest.getValue().stream().sorted(Comparator.naturalOrder()).toList())
        .orElse(List.of());
  }

  /**
   * The edit distance: how many letters were left out, added, replaced, or swapped (optimal string
   * alignment, L. Boytsov, "Indexing methods for approximate dictionary searching", 2011).
   */
  static int slips(String typed, String meant) {
    int[][] slips = new int[typed.length() + 1][meant.length() + 1];
    for (int i = 0; i <= typed.length(); i++) {
      for (int j = 0; j <= meant.length(); j++) {
        slips[i][j] = i == 0 || j == 0 ? i + j : least(slips, typed, meant, i, j);
      }
    }
    return slips[typed.length()][meant.length()];
  }

  private static int least(int[][] slips, String typed, String meant, int i, int j) {
    boolean same = typed.charAt(i - 1) == meant.charAt(j - 1);
    int least = slips[i - 1][j - 1] + (same ? 0 : 1);
    least = Math.min(least, 1 + Math.min(slips[i - 1][j], slips[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && typed.charAt(i - 1) == meant.charAt(j - 2)
            && typed.charAt(i - 2) == meant.charAt(j - 1);
    return swapped ? Math.min(least, slips[i - 2][j - 2] + 1) : least;
  }
}
