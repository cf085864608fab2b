package baton.cli.drill;

import baton.protocol.Json;
import baton.protocol.Position;
import baton.protocol.checkpoint.Manifest;
import baton.protocol.checkpoint.ManifestJson;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.StorePath;
import baton.protocol.checkpoint.Tensor;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two checkpoints at one position, compared tensor by tensor and value by value.
 *
 * @param at the position of both
 * @param compared how many tensors and values were compared, by part
 * @param differing the names of those that differ, sorted
 */
record StateComparison(
    Position at, Map<Part, Integer> compared, Map<Part, List<String>> differing) {
  private static final String TENSORS = ".safetensors";

  boolean isIdentical() {
    return differing.isEmpty();
  }

  List<String> differing(Part part) {
    return differing.getOrDefault(part, List.of());
  }

  /** Compares two folders of one store. */
  static StateComparison of(Position at, Path root, String one, String other) throws IOException {
    Map<Part, Map<String, Object>> left = state(root, one);
    Map<Part, Map<String, Object>> right = state(root, other);
    Map<Part, Integer> compared = new EnumMap<>(Part.class);
    Map<Part, List<String>> differing = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      Map<String, Object> mine = left.getOrDefault(part, Map.of());
      Map<String, Object> theirs = right.getOrDefault(part, Map.of());
      TreeSet<String> names = new TreeSet<>(mine.keySet());
      names.addAll(theirs.keySet());
      List<String> different =
          names.stream()
              .filter(
                  name ->
                      !mine.containsKey(name)
                          || !theirs.containsKey(name)
                          || !mine.get(name).equals(theirs.get(name)))
              .toList();
      compared.put(part, names.size());
      if (!different.isEmpty()) {
        differing.put(part, different);
      }
    }
    return new StateComparison(at, compared, differing);
  }

  private static Map<Part, Map<String, Object>> state(Path root, String folder) throws IOException {
    Path manifestFile = StorePath.resolve(root, folder).resolve(Manifest.FILE_NAME);
    Manifest manifest = ManifestJson.read(Files.readString(manifestFile));
    Map<Part, Map<String, Object>> state = new EnumMap<>(Part.class);
    for (Manifest.FileEntry file : manifest.files()) {
      Path path = StorePath.resolve(root, file.storeId());
      if (file.name().endsWith(TENSORS)) {
        Safetensors.open(path)
            .forEach(
                (name, tensor) -> put(state, partOfTensor(file.name(), name), name, bytes(tensor)));
      } else {
        for (Value value :
            values("", Json.readerFor(JsonNode.class).readTree(Files.readString(path)))) {
          partOfValue(value.path()).ifPresent(part -> put(state, part, value.path(), value.text()));
        }
      }
    }
    return state;
  }

  private static void put(
      Map<Part, Map<String, Object>> state, Part part, String name, Object value) {
    state.computeIfAbsent(part, p -> new TreeMap<>()).put(name, value);
  }

  private static Object bytes(Tensor tensor) {
    return List.of(tensor.dtype(), tensor.shape(), tensor.data());
  }

  private static Part partOfTensor(String file, String name) {
    return switch (file) {
      case "model.safetensors", "frozen.safetensors" -> Part.WEIGHTS;
      case "optimizer.safetensors" -> Part.OPTIMIZER;
      default -> partOfValue(name).orElse(Part.STATE);
    };
  }

  /**
   * The part that a value belongs to; empty if it follows from the position or from the training.
   */
  private static Optional<Part> partOfValue(String path) {
    String head = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
    return Optional.ofNullable(
        switch (head) {
          case "format", "position", "losses", "lossSums" -> null;
          case "model", "modules" -> Part.WEIGHTS;
          case "optimizer", "scheduler", "scaler", "gradients", "updates" -> Part.OPTIMIZER;
          case "data" -> Part.ORDER;
          case "final" -> Part.END;
          case "generator", "generators" -> Part.RANDOMNESS;
          default -> Part.STATE;
        });
  }

  private record Value(String path, String text) {}

  private static List<Value> values(String path, JsonNode node) {
    if (node.isValueNode()) {
      return List.of(new Value(path, node.toString()));
    }
    List<Value> values = new ArrayList<>();
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        values.addAll(values(joined(path, Integer.toString(i)), node.get(i)));
      }
    } else {
      node.properties()
          .forEach(entry -> values.addAll(values(joined(path, entry.getKey()), entry.getValue())));
    }
    return values;
  }

  private static String joined(String path, String name) {
    String clean = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return path.isEmpty() ? clean : clean.isEmpty() ? path : path + "." + clean;
  }
}
