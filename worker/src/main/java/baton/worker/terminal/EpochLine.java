package baton.worker.terminal;

import baton.protocol.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Formats an epoch's measurements as lines that fit a narrow terminal. */
final class EpochLine {
  private static final Pattern BEST = Pattern.compile("(.+)\\.(highest|lowest)(Epoch)?");
  private static final String INDENT = "  ";
  private static final int NARROWEST = 30;

  private EpochLine() {}

  /**
   * @param columns how wide a line may be; a single metric is not broken even if it is wider
   */
  static List<String> of(Measurement measured, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder("epoch %d done".formatted(measured.position().epoch()));
    String separator = ": ";
    for (String metric : metrics(measured.values())) {
      if (line.length() + separator.length() + metric.length() >= Math.max(NARROWEST, columns)) {
        lines.add(line + separator.strip());
        line = new StringBuilder(INDENT);
        separator = "";
      }
      line.append(separator).append(metric);
      separator = ", ";
    }
    lines.add(line.toString());
    return lines;
  }

  /** Each metric, with its best value so far if the program names it as its goal. */
  private static List<String> metrics(Map<String, Double> values) {
    Map<String, Double> rest = new TreeMap<>(values);
    List<String> texts = new ArrayList<>();
    for (String name : new TreeSet<>(values.keySet())) {
      Matcher best = BEST.matcher(name);
      if (best.matches() && best.group(3) == null && values.containsKey(name + "Epoch")) {
        String metric = best.group(1);
        Double now = rest.remove(metric);
        texts.add(
            "%s%s (best %s @ %s)"
                .formatted(
                    metric,
                    now == null ? "" : " " + number(now),
                    number(rest.remove(name)),
                    number(rest.remove(name + "Epoch"))));
      }
    }
    rest.forEach((name, value) -> texts.add(name + " " + number(value)));
    return texts;
  }

  /** The number; a dash if it is missing. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
