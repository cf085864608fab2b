package baton.protocol;

import baton.protocol.NumericProfile.Difference;

/**
 * A fact that differs in people's words, and short: whole hashes and long lines tell nobody more.
 */
final class ToldDifference {
  private static final int SHOWN_OF_HASH = 12;
  private static final int SHOWN_OF_ARGUMENTS = 100;

  private ToldDifference() {}

  static String of(Difference difference, String words) {
    String before = difference.before().orElse("none");
    String after = difference.after().orElse("none");
    return switch (difference.fact()) {
      case "files" -> FilesRead.difference(before, after);
      case "script" -> told("another " + words, brief(before), brief(after));
      case "arguments" -> {
        int same = sameWords(before, after);
        yield told("other arguments", from(same, before), from(same, after));
      }
      default -> told("another " + words, before, after);
    };
  }

  private static String told(String what, String before, String after) {
    return "%s: %s -> %s".formatted(what, before, after);
  }

  private static String brief(String hash) {
    return hash.length() <= SHOWN_OF_HASH ? hash : hash.substring(0, SHOWN_OF_HASH);
  }

  /**
   * Where two lines of arguments part, less the word before it, which often names what it is; 0 if
   * both are short.
   */
  private static int sameWords(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    if (Math.max(one.length(), other.length()) <= SHOWN_OF_ARGUMENTS) {
      return 0;
    }
    int same = 0;
    while (same < shorter && one.charAt(same) == other.charAt(same)) {
      same++;
    }
    int word = one.lastIndexOf(' ', same - 1);
    return Math.max(0, one.lastIndexOf(' ', word - 1) + 1);
  }

  private static String from(int begin, String arguments) {
    int end = Math.min(arguments.length(), begin + SHOWN_OF_ARGUMENTS);
    String cut = arguments.substring(begin, end);
    return (begin == 0 ? "" : "… ")
        + (cut.isEmpty() ? "none" : cut)
        + (end == arguments.length() ? "" : " …");
  }
}
