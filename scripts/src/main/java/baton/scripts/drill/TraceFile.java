package baton.scripts.drill;

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

/** What {@code baton.py} wrote down of each batch; a killed script may leave its last line cut. */
final class TraceFile {
  private static final Pattern POSITION = Pattern.compile("e(\\d+)-b(\\d+)");

  private TraceFile() {}

  /** Empty: the program writes none. */
  static Optional<Leg> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<Leg.Step> steps = new ArrayList<>();
    List<Leg.Forgotten> forgotten = new ArrayList<>();
    String text = Files.readString(file);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      JsonNode node = Json.readerFor(JsonNode.class).readTree(line);
      if (node.has("begin")) {
        node.get("forgotten")
            .forEach(
                thing ->
                    forgotten.add(
                        new Leg.Forgotten(thing.get("kind").asText(), thing.get("name").asText())));
      } else if (node.has("at")) {
        steps.add(step(node));
      }
    }
    return Optional.of(new Leg(steps, forgotten));
  }

  private static Leg.Step step(JsonNode node) {
    Map<String, String> generators = new TreeMap<>();
    node.get("generators")
        .properties()
        .forEach(entry -> generators.put(entry.getKey(), entry.getValue().asText()));
    return new Leg.Step(
        position(node.get("at").asText()), text(node, "batch"), generators, text(node, "loss"));
  }

  private static Optional<String> text(JsonNode node, String field) {
    return node.hasNonNull(field) ? Optional.of(node.get(field).asText()) : Optional.empty();
  }

  private static Position position(String text) {
    Matcher found = POSITION.matcher(text);
    if (!found.matches()) {
      throw new IllegalArgumentException(text + " is no position");
    }
    return new Position(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)));
  }
}
