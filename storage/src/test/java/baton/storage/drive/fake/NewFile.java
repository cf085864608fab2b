package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a caller asked to be made, checked. */
record NewFile(
    String id, String name, String mimeType, String parent, Map<String, String> appProperties) {
  private static final int LONGEST_PROPERTY = 124;
  private static final int MOST_PROPERTIES = 30;

  static NewFile read(JsonNode json, FakeFiles files, String client) {
    String id = json.hasNonNull("id") ? json.get("id").asText() : files.generateId();
    files.requireFree(id);
    JsonNode parents = json.path("parents");
    if (parents.size() > 1) {
      throw DriveError.invalid("A file can have one parent.");
    }
    String parent = FakeFiles.folder(parents.isEmpty() ? "root" : parents.get(0).asText());
    files.requireFolder(parent, client);
    return new NewFile(
        id,
        json.path("name").asText("Untitled"),
        json.path("mimeType").asText("application/octet-stream"),
        parent,
        properties(json));
  }

  private static Map<String, String> properties(JsonNode json) {
    return properties(Map.of(), json);
  }

  /** A change names only what changes: the rest stays, and null takes one away. */
  static Map<String, String> properties(Map<String, String> before, JsonNode json) {
    Map<String, String> properties = new LinkedHashMap<>(before);
    for (Map.Entry<String, JsonNode> entry : json.path("appProperties").properties()) {
      if (entry.getValue().isNull()) {
        properties.remove(entry.getKey());
      } else {
        properties.put(entry.getKey(), entry.getValue().asText());
      }
    }
    properties.forEach(NewFile::requireShort);
    if (properties.size() > MOST_PROPERTIES) {
      throw DriveError.invalid("Too many appProperties.");
    }
    return properties;
  }

  private static void requireShort(String key, String value) {
    if ((key + value).getBytes(StandardCharsets.UTF_8).length > LONGEST_PROPERTY) {
      throw DriveError.invalid("The property " + key + " is longer than 124 bytes.");
    }
  }

  StoredFile store(
      String client, Instant now, Optional<Path> bytes, long size, Optional<String> sha256) {
    return new StoredFile(
        id,
        name,
        mimeType,
        parent,
        appProperties,
        client,
        now,
        now,
        bytes,
        size,
        sha256.orElse(""),
        false,
        1);
  }
}
