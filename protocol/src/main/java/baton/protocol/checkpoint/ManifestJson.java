package baton.protocol.checkpoint;

import baton.protocol.Json;
import baton.protocol.Sha256;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.charset.StandardCharsets;

/**
 * The text of {@code manifest.json}: fields in the order of {@link Manifest}, maps in key order,
 * two spaces of indentation, line feeds. The same manifest gives the same text, so that a repeated
 * save has the same digest.
 */
public final class ManifestJson {
  /** The longest manifest, in UTF-8 bytes. */
  public static final int LONGEST = 1 << 20;

  private static final int MOST_BYTES_A_CHARACTER = 3; // of Java's, in UTF-8
  private static final ObjectReader READER =
      Json.readerFor(Manifest.class).with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  private static final String SPEAKS = Manifest.FILE_NAME + " ";

  private ManifestJson() {}

  /** The canonical text. */
  public static String write(Manifest manifest) {
    try {
      String text = Json.writer().with(printer()).writeValueAsString(manifest) + "\n";
      requireShort(text);
      return text;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(SPEAKS + "cannot be written: " + Json.explain(e), e);
    }
  }

  /**
   * The manifest in {@code text}.
   *
   * @throws IllegalArgumentException if it is not a manifest; the message names the field
   */
  public static Manifest read(String text) {
    requireShort(text);
    try {
      Manifest manifest = READER.readValue(text);
      if (manifest == null) {
        throw new IllegalArgumentException(SPEAKS + "cannot be read: the field format is missing");
      }
      requireKnown(manifest.format() > Manifest.FORMAT, String.valueOf(manifest.format()));
      return manifest;
    } catch (JsonProcessingException e) {
      requireKnownFormat(text);
      throw new IllegalArgumentException(SPEAKS + "cannot be read: " + Json.explain(e), e);
    }
  }

  /** The digest by which children, commits and heads name the manifest with this text. */
  public static Sha256 digest(String text) {
    return Sha256.ofText(text);
  }

  /** Checks the format of a text that cannot be read: a newer one may have unknown fields. */
  private static void requireKnownFormat(String text) {
    JsonNode format;
    try {
      format = Json.readerFor(JsonNode.class).readTree(text).path("format");
    } catch (JsonProcessingException e) {
      return; // not JSON, so it has no format
    }
    if (!format.canConvertToExactIntegral()) {
      throw new IllegalArgumentException(SPEAKS + "cannot be read: the field format is missing");
    }
    requireKnown(format.bigIntegerValue().longValue() > Manifest.FORMAT, format.toString());
  }

  private static void requireKnown(boolean isNewer, String format) {
    if (isNewer) {
      throw new NewerFormatException(Manifest.FILE_NAME, format, Manifest.FORMAT);
    }
  }

  private static void requireShort(String text) {
    if (text.length() <= LONGEST / MOST_BYTES_A_CHARACTER) {
      return;
    }
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST) {
      throw new IllegalArgumentException(
          SPEAKS + "has %d bytes, where %d are allowed".formatted(bytes, LONGEST));
    }
  }

  private static PrettyPrinter printer() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    return new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
  }
}
