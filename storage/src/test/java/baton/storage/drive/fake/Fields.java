package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** A {@code fields} parameter: what is not asked for is not told, as with the real Drive. */
final class Fields {
  private static final Fields ALL = new Fields(Map.of());

  private final Map<String, Fields> children;

  private Fields(Map<String, Fields> children) {
    this.children = children;
  }

  static Fields parse(String text) {
    int[] at = {0};
    Fields fields = parse(text, at);
    if (at[0] != text.length()) {
      throw DriveError.invalid("Invalid field selection " + text);
    }
    return fields;
  }

  private static Fields parse(String text, int[] at) {
    Map<String, Fields> children = new LinkedHashMap<>();
    while (at[0] < text.length() && text.charAt(at[0]) != ')') {
      int start = at[0];
      while (at[0] < text.length() && ",()/".indexOf(text.charAt(at[0])) < 0) {
        at[0]++;
      }
      String name = text.substring(start, at[0]).strip();
      Fields inner = ALL;
      if (at[0] < text.length() && text.charAt(at[0]) == '(') {
        at[0]++;
        inner = parse(text, at);
        at[0]++;
      }
      if (at[0] < text.length() && text.charAt(at[0]) == ',') {
        at[0]++;
      }
      children.put(name, inner);
    }
    return new Fields(children);
  }

  JsonNode of(JsonNode whole) {
    if (children.isEmpty() || children.containsKey("*")) {
      return whole;
    }
    if (whole.isArray()) {
      ArrayNode some = JsonNodeFactory.instance.arrayNode();
      whole.forEach(item -> some.add(of(item)));
      return some;
    }
    ObjectNode some = JsonNodeFactory.instance.objectNode();
    children.forEach(
        (name, inner) -> {
          if (whole.has(name)) {
            some.set(name, inner.of(whole.get(name)));
          }
        });
    return some;
  }
}
