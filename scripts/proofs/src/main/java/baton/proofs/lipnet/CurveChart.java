package baton.proofs.lipnet;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A learning curve as an SVG picture: error rates over minutes. */
final class CurveChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 320;
  private static final int LEFT = 60;
  private static final int TOP = 20;
  private static final int RIGHT = 20;
  private static final int BOTTOM = 45;
  private static final String HEAD =
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
      font-size="12">
      <rect width="100%%" height="100%%" fill="white"/>
      """;

  private final double minutes;

  private CurveChart(double minutes) {
    this.minutes = minutes;
  }

  /**
   * @param wanted the promised word error rate
   * @param floor the lowest word error rate that can be reached
   */
  static String svg(List<CurvePoint> curve, double wanted, double floor) {
    CurveChart chart = new CurveChart(Math.ceil(curve.get(curve.size() - 1).minutes()));
    StringBuilder svg = new StringBuilder(HEAD.formatted(WIDTH, HEIGHT));
    for (int percent = 0; percent <= 100; percent += 20) {
      svg.append(chart.level(percent / 100.0, "#ddd", ""))
          .append(text(LEFT - 8, chart.y(percent / 100.0) + 4, "end", "black", percent + " %"));
    }
    for (int minute = 0; minute <= chart.minutes; minute++) {
      svg.append(text(chart.x(minute), HEIGHT - BOTTOM + 18, "middle", "black", minute + ""));
    }
    svg.append(text(WIDTH / 2.0, HEIGHT - 8, "middle", "black", "minutes of training"))
        .append(chart.level(wanted, "#888", "6 4"))
        .append(chart.level(floor, "#888", "2 4"))
        .append(chart.note(wanted, "wanted"))
        .append(chart.note(floor, "floor"))
        .append(chart.line(curve, CurvePoint::wer, "#c0392b"))
        .append(chart.line(curve, CurvePoint::cer, "#2c6fbb"))
        .append(text(WIDTH - RIGHT - 8, TOP + 16, "end", "#c0392b", "wrong words"))
        .append(text(WIDTH - RIGHT - 8, TOP + 32, "end", "#2c6fbb", "wrong characters"));
    return svg.append("</svg>\n").toString();
  }

  private double x(double minute) {
    return LEFT + (WIDTH - LEFT - RIGHT) * minute / minutes;
  }

  private double y(double rate) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(rate, 1));
  }

  private String line(List<CurvePoint> curve, ToDoubleFunction<CurvePoint> rate, String colour) {
    String points =
        curve.stream()
            .map(p -> format("%.1f,%.1f", x(p.minutes()), y(rate.applyAsDouble(p))))
            .collect(Collectors.joining(" "));
    return format(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
        points, colour);
  }

  private String level(double rate, String colour, String dashes) {
    return format(
        "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-dasharray=\"%s\"/>%n",
        LEFT, WIDTH - RIGHT, y(rate), y(rate), colour, dashes);
  }

  private String note(double rate, String what) {
    String text = format("%s %.1f %%", what, 100 * rate);
    return text(LEFT + 6, y(rate) - 4, "start", "#555", text);
  }

  private static String text(double x, double y, String anchor, String colour, String text) {
    return format(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
        x, y, anchor, colour, text);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern.replace("%n", "\n"), values);
  }
}
