package baton.storage.drive.fake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;

/** Files as Drive tells of them: numbers of 64 bits are strings. */
final class FileJson {
  static final String NO_SHA256 = "0".repeat(64);
  static final String DEFAULT_FIELDS = "kind,id,name,mimeType";

  private final FakeFiles files;

  FileJson(FakeFiles files) {
    this.files = files;
  }

  ObjectNode of(StoredFile file, Optional<String> askedFields, String client) {
    String fields = askedFields.orElse(DEFAULT_FIELDS);
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "drive#file")
            .put("id", file.id())
            .put("name", file.name())
            .put("mimeType", file.mimeType())
            .put("createdTime", file.created().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("modifiedTime", file.modified().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("version", Long.toString(file.version()))
            .put("trashed", files.inTrash(file))
            .put("explicitlyTrashed", file.trashed())
            .put("ownedByMe", true);
    json.putArray("parents").add(file.parent());
    if (file.client().equals(client) && !file.appProperties().isEmpty()) {
      ObjectNode properties = json.putObject("appProperties");
      file.appProperties().forEach(properties::put);
    }
    file.bytes().ifPresent(bytes -> describe(json, file, bytes, fields.contains("md5Checksum")));
    return (ObjectNode) Fields.parse(fields).of(json);
  }

  private static void describe(ObjectNode json, StoredFile file, Path bytes, boolean md5) {
    json.put("size", Long.toString(file.size()))
        .put("sha256Checksum", file.sha256())
        .put("headRevisionId", file.id() + "-1");
    if (md5) {
      json.put("md5Checksum", md5(bytes));
    }
  }

  private static String md5(Path bytes) {
    try (InputStream in = Files.newInputStream(bytes)) {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
