package baton.protocol.checkpoint;

import baton.protocol.Json;
import baton.protocol.Sha256;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The text of {@code manifest.json}: fields in the order of {@link Manifest}, maps in key order,
 * two spaces of indentation, line feeds. The same manifest gives the same text, so that a repeated
 * save has the same digest.
 */
public final class ManifestJson {
  /** The longest manifest, in UTF-8 bytes. */
  public static final int LONGEST = 1 << 20;

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
      JsonNode tree = Json.readerFor(JsonNode.class).readTree(text);
      requireKnownFormat(tree);
      return Json.readerFor(Manifest.class)
          .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .readValue(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(SPEAKS + "cannot be read: " + Json.explain(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory can always be read", e);
    }
  }

  /** The digest by which children, commits and heads name the manifest with this text. */
  public static Sha256 digest(String text) {
    return Sha256.ofText(text);
  }

  /** Looked at first: a newer form may have fields that this one does not know. */
  private static void requireKnownFormat(JsonNode tree) {
    JsonNode format = tree.path("format");
    if (!format.canConvertToExactIntegral()) {
      throw new IllegalArgumentException(SPEAKS + "cannot be read: the field format is missing");
    }
    if (format.bigIntegerValue().longValue() > Manifest.FORMAT) {
      throw new NewerFormatException(Manifest.FILE_NAME, format.toString(), Manifest.FORMAT);
    }
  }

  private static void requireShort(String text) {
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
