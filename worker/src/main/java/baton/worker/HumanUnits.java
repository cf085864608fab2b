package baton.worker;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations and sizes as people write them: {@code 3h50m}, {@code 90s}, {@code 250ms}; {@code
 * 800MB}, {@code 50GB}.
 */
public final class HumanUnits {
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:(\\d{1,6})h)?\\s*(?:(\\d{1,6})m)?\\s*(?:(\\d{1,6})s)?\\s*(?:(\\d{1,6})ms)?");

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([kMGT]?)B?");
  private static final long THOUSAND = 1_000;

  private HumanUnits() {}

  /** The number of bytes; an {@link IllegalArgumentException} says how to write one. */
  public static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a size is written like 800MB, 50GB or 2TB, not '" + text + "'");
    }
    long bytes = Long.parseLong(matcher.group(1));
    for (int i = "kMGT".indexOf(matcher.group(2)); i >= 0 && !matcher.group(2).isEmpty(); i--) {
      bytes = Math.multiplyExact(bytes, THOUSAND);
    }
    return bytes;
  }

  /** The duration; an {@link IllegalArgumentException} says how to write one. */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text.strip());
    if (text.isBlank() || !matcher.matches()) {
      throw new IllegalArgumentException(
          "a duration is written like 3h50m, 10m, 90s or 250ms, not '" + text + "'");
    }
    return Duration.ofHours(number(matcher, 1))
        .plusMinutes(number(matcher, 2))
        .plusSeconds(number(matcher, 3))
        .plusMillis(number(matcher, 4));
  }

  private static long number(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
  }

  /** A duration for a line of text: {@code 3 h 50 min}, {@code 1 min 30 s}, {@code 12 s}. */
  public static String text(Duration duration) {
    if (duration.toHours() > 0) {
      return "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart());
    }
    if (duration.toMinutes() > 0) {
      return "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
    return duration.toSeconds() + " s";
  }
}
