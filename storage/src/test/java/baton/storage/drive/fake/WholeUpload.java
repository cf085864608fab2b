package baton.storage.drive.fake;

import baton.protocol.Json;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An upload in one request: the bytes alone, or in two parts, of which the first tells of the file.
 *
 * @see <a href="https://developers.google.com/workspace/drive/api/guides/manage-uploads">the
 *     kinds</a>
 */
record WholeUpload(JsonNode metadata, byte[] content) {
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/related;.*boundary=\"?([^\";]+)\"?.*", Pattern.CASE_INSENSITIVE);

  static WholeUpload ofMedia(Exchange exchange) throws IOException {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    exchange.header("Content-Type").ifPresent(type -> metadata.put("mimeType", type));
    return new WholeUpload(metadata, exchange.body().readAllBytes());
  }

  static WholeUpload ofMultipart(Exchange exchange) throws IOException {
    Matcher type = BOUNDARY.matcher(exchange.header("Content-Type").orElse(""));
    if (!type.matches()) {
      throw DriveError.invalid("Malformed multipart body.");
    }
    // One char a byte, so that bytes of any kind survive the split.
    String body = new String(exchange.body().readAllBytes(), StandardCharsets.ISO_8859_1);
    String line = body.contains("--" + type.group(1) + "\r\n") ? "\r\n" : "\n";
    String[] parts = (line + body).split(Pattern.quote(line + "--" + type.group(1)));
    if (parts.length < 3) {
      throw DriveError.invalid("Malformed multipart body.");
    }
    JsonNode told = Json.readerFor(JsonNode.class).readTree(content(parts[1], line));
    return new WholeUpload(told, content(parts[2], line));
  }

  private static byte[] content(String part, String line) {
    String[] halves = part.split(line + line, 2);
    if (halves.length < 2) {
      throw DriveError.invalid("Malformed multipart body.");
    }
    return halves[1].getBytes(StandardCharsets.ISO_8859_1);
  }
}
