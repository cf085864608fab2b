package baton.protocol;

import java.util.regex.Pattern;

/**
 * Text that a stranger may have written, made harmless for a log, a terminal and a page: nothing in
 * it begins a line, moves a cursor or turns the direction of what follows.
 */
public final class PlainText {
  /**
   * Control characters (C0, DEL, C1), the separators of lines and paragraphs, and what embeds,
   * overrides, isolates or marks a direction (Unicode Standard Annex 9, section 2).
   */
  private static final Pattern HARMFUL =
      Pattern.compile(
          "[\\p{Cc}\\p{Zl}\\p{Zp}\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]+");

  private PlainText() {}

  /** One line, with a space for each run of harmful characters. */
  public static String of(String text) {
    return HARMFUL.matcher(text).replaceAll(" ");
  }
}
