package baton.coordinator.store;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** The format of instants in the database: UTC text of fixed width, so that it sorts. */
final class SqlInstants {
  private static final DateTimeFormatter NANOSECONDS =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

  private SqlInstants() {}

  static String of(Instant instant) {
    return NANOSECONDS.format(instant);
  }

  static Instant read(String text) {
    return Instant.parse(text);
  }
}
