package baton.cli.command;

import baton.protocol.Policy;
import baton.protocol.Retention;
import baton.protocol.Retention.Best;
import baton.protocol.Retention.Goal;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say which checkpoints a job keeps; the head and its parent always are. */
final class KeepOptions {
  @Option(
      names = "--keep-last",
      paramLabel = "N",
      description = "How many of the newest. Default: 3")
  private Integer last;

  @Option(
      names = "--keep-best",
      paramLabel = "METRIC:min|max",
      converter = ToBest.class,
      description =
          "Also the one with the best value of a metric, such as wer:min or accuracy:max.")
  private Best best;

  @Option(
      names = "--keep-every",
      paramLabel = "N",
      description = "Also the end of every N-th epoch.")
  private Integer every;

  @Option(
      names = "--keep-bytes",
      paramLabel = "SIZE",
      converter = ToBytes.class,
      description =
          "At most this much in total, such as 20GB; the head and its parent are kept in any case.")
  private Long bytes;

  int last(Policy base) {
    return last == null ? base.keepLast() : last;
  }

  Retention retention() {
    return new Retention(
        Optional.ofNullable(best), Optional.ofNullable(every), Optional.ofNullable(bytes));
  }

  /** Reads {@code wer:min}. */
  static final class ToBest implements ITypeConverter<Best> {
    @Override
    public Best convert(String text) {
      int colon = text.lastIndexOf(':');
      try {
        Goal goal = Goal.valueOf(text.substring(colon + 1).toUpperCase(Locale.ROOT));
        return new Best(text.substring(0, Math.max(0, colon)), goal);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "it takes a metric and min or max, such as wer:min, not '%s'".formatted(text));
      }
    }
  }

  /** Reads {@code 20GB}; units are powers of 1000, as for Google Drive and disks. */
  static final class ToBytes implements ITypeConverter<Long> {
    private static final Pattern SIZE =
        Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(B|KB|MB|GB|TB)?", Pattern.CASE_INSENSITIVE);

    private static final Map<String, Integer> THOUSANDS =
        Map.of("B", 0, "KB", 1, "MB", 2, "GB", 3, "TB", 4);

    @Override
    public Long convert(String text) {
      Matcher size = SIZE.matcher(text.strip());
      if (!size.matches()) {
        throw new TypeConversionException(
            "it takes a size, such as 20GB or 500MB, not '%s'".formatted(text));
      }
      String unit = size.group(2) == null ? "B" : size.group(2).toUpperCase(Locale.ROOT);
      return new BigDecimal(size.group(1)).scaleByPowerOfTen(3 * THOUSANDS.get(unit)).longValue();
    }
  }
}
