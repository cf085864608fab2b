package baton.protocol;

import java.util.regex.Pattern;

/** What may stand in a path, a URL and a log line without quoting. */
final class Names {
  private static final Pattern PATH_SAFE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private Names() {}

  /** Returns {@code value}, or refuses it with a sentence that begins with {@code what}. */
  static String pathSafe(String what, String value) {
    if (value == null || !PATH_SAFE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          what
              + " must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit");
    }
    return value;
  }
}
