package baton.cli.drill;

import baton.protocol.Json;
import baton.protocol.Position;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code baton.py} recorded about each batch; the last line of a killed script may be
 * incomplete.
 */
final class TraceFile {
  private static final Pattern POSITION = Pattern.compile("e(\\d+)-b(\\d+)");

  private final List<Leg.Step> steps = new ArrayList<>();
  private final List<Leg.Measured> measured = new ArrayList<>();
  private final List<Leg.Forgotten> forgotten = new ArrayList<>();
  private final Map<String, String> strangers = new TreeMap<>();
  private final Map<String, String> values = new TreeMap<>();
  private Optional<Leg.End> end = Optional.empty();
  private Optional<String> afterLoop = Optional.empty();

  private TraceFile() {}

  /** The leg; empty if the program writes no trace. */
  static Optional<Leg> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    TraceFile trace = new TraceFile();
    String text = Files.readString(file);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      trace.add(Json.readerFor(JsonNode.class).readTree(line));
    }
    return Optional.of(
        new Leg(trace.steps, trace.measured, trace.forgotten, trace.end, trace.afterLoop));
  }

  private void add(JsonNode line) {
    if (line.has("begin")) {
      begin(line);
    } else if (line.has("at")) {
      steps.add(step(line));
    } else if (line.has("metrics")) {
      measured.add(new Leg.Measured(position(line, "of"), texts(line, "metrics")));
    } else if (line.has("ended")) {
      end = Optional.of(new Leg.End(position(line, "ended"), line.path("reason").asText()));
    }
  }

  private void begin(JsonNode line) {
    line.get("forgotten")
        .forEach(
            thing ->
                forgotten.add(
                    new Leg.Forgotten(
                        thing.get("kind").asText(),
                        thing.get("name").asText(),
                        thing.get("path").asText())));
    afterLoop = text(line, "after");
  }

  private Leg.Step step(JsonNode line) {
    change(strangers, line.path("strangers"));
    change(values, line.path("values"));
    return new Leg.Step(
        position(line, "at"),
        text(line, "batch"),
        text(line, "loss"),
        new Leg.Before(texts(line, "generators"), texts(line, "parts"), strangers, values));
  }

  /** Applies a line's changes since the previous line; null removes a value. */
  private static void change(Map<String, String> known, JsonNode changes) {
    changes
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNull()) {
                known.remove(entry.getKey());
              } else {
                known.put(entry.getKey(), entry.getValue().asText());
              }
            });
  }

  private static Map<String, String> texts(JsonNode line, String field) {
    Map<String, String> texts = new TreeMap<>();
    line.path(field)
        .properties()
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  private static Optional<String> text(JsonNode line, String field) {
    return line.hasNonNull(field) ? Optional.of(line.get(field).asText()) : Optional.empty();
  }

  private static Position position(JsonNode line, String field) {
    String text = line.get(field).asText();
    Matcher found = POSITION.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(text + " is no position");
    }
    return new Position(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
  }
}
