package baton.protocol;

/**
 * Makes untrusted text harmless in a log, a terminal and a web page: it cannot begin a line, move
 * the cursor or change the direction of the text after it.
 */
public final class PlainText {
  private PlainText() {}

  /** One line, with a space for each run of harmful characters. */
  public static String of(String text) {
    if (text.chars().noneMatch(PlainText::isHarmful)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    boolean inRun = false;
    for (int i = 0; i < text.length(); i++) {
      boolean harmful = isHarmful(text.charAt(i));
      if (!harmful) {
        plain.append(text.charAt(i));
      } else if (!inRun) {
        plain.append(' ');
      }
      inRun = harmful;
    }
    return plain.toString();
  }

  /**
   * Whether it is a control character (C0, DEL, C1), separates lines or paragraphs, or embeds,
   * overrides, isolates or marks a direction (Unicode Standard Annex 9, section 2).
   */
  public static boolean isHarmful(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default ->
          c == 0x061C
              || c == 0x200E
              || c == 0x200F
              || c >= 0x202A && c <= 0x202E
              || c >= 0x2066 && c <= 0x2069;
    };
  }
}
