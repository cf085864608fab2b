package baton.protocol.message;

/** The bounds that the contract sets to the fields of a request; their breach is an error. */
final class FieldBounds {
  /** Beyond it a double, and so a number in JavaScript, is not exact: 2^53 - 1. */
  static final long MOST = 9_007_199_254_740_991L;

  private FieldBounds() {}

  /** Refuses a field that must be there and is not. */
  static void present(String field, Object value) {
    require(value != null, field, "is missing");
  }

  /** Refuses a number that is below {@code least}, or not exact everywhere. */
  static void number(String field, long value, long least) {
    require(value >= least && value <= MOST, field, "must be from %d to %d".formatted(least, MOST));
  }

  /** Refuses a text of fewer or more characters, counted as Unicode has them. */
  static void text(String field, String value, int least, int most) {
    require(
        value.length() <= most || value.codePointCount(0, value.length()) <= most,
        field,
        "has more than " + most + " characters");
    require(
        value.length() > 2 * least || value.codePointCount(0, value.length()) >= least,
        field,
        "has fewer than " + least + " characters");
  }

  static void require(boolean held, String field, String sentence) {
    if (!held) {
      throw new IllegalArgumentException("the field " + field + " " + sentence);
    }
  }
}
