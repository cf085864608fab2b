package baton.protocol;

import java.time.Duration;
import java.util.Locale;

/** A length of time for people, such as {@code 40 ms}, {@code 3 min 10 s}, {@code 9.6 h}. */
public final class Span {
  private Span() {}

  public static String of(Duration time) {
    if (time.toMillis() < 1_000) {
      return time.toMillis() + " ms";
    }
    if (time.toMillis() < 10_000) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1_000.0);
    }
    if (time.toSeconds() < 60) {
      return time.toSeconds() + " s";
    }
    if (time.toSeconds() < 3_600) {
      String seconds = time.toSecondsPart() == 0 ? "" : " " + time.toSecondsPart() + " s";
      return time.toMinutes() + " min" + seconds;
    }
    return String.format(Locale.ROOT, "%.1f h", time.toSeconds() / 3_600.0);
  }
}
