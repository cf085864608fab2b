package baton.protocol;

import baton.protocol.NumericProfile.Difference;

/** Describes for people a fact that differs, without whole hashes and long lines. */
final class DifferenceText {
  private static final int SHOWN_OF_HASH = 12;
  private static final int SHOWN_OF_ARGUMENTS = 100;

  private DifferenceText() {}

  static String of(Difference difference, String words) {
    String before = difference.before().orElse("none");
    String after = difference.after().orElse("none");
    return switch (difference.fact()) {
      case "files" -> FilesRead.difference(before, after);
      case "script" -> text("another " + words, brief(before), brief(after));
      case "arguments" -> {
        int same = sameWords(before, after);
        yield text("other arguments", from(same, before), from(same, after));
      }
      default -> text("another " + words, before, after);
    };
  }

  private static String text(String what, String before, String after) {
    return "%s: %s -> %s".formatted(what, before, after);
  }

  private static String brief(String hash) {
    return hash.length() <= SHOWN_OF_HASH ? hash : hash.substring(0, SHOWN_OF_HASH);
  }

  /**
   * Where to begin showing two lines of arguments: one word before they first differ, since that
   * word is often the option's name; 0 if both are short.
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
