package baton.storage.drive.oauth;

import baton.protocol.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user's own OAuth client, created in the Google Cloud console.
 *
 * @param id is no secret: it may be shown
 * @param secret is never logged
 */
public record OAuthClient(String id, String secret) {
  private static final int LONGEST_FILE = 1 << 16;

  public OAuthClient {
    if (id.isBlank() || secret.isBlank()) {
      throw new IllegalArgumentException("an OAuth client has an id and a secret");
    }
  }

  /**
   * Reads the file that the console offers for download.
   *
   * @throws SignInException if it is no such file; the message does not quote it
   */
  public static OAuthClient read(Path file) throws SignInException {
    JsonNode root;
    try {
      if (Files.size(file) > LONGEST_FILE) {
        throw noClient(file);
      }
      root = Json.readerFor(JsonNode.class).readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw noClient(file);
    } catch (IOException e) {
      throw new SignInException(
          "The file %s cannot be read; name the OAuth client's file as downloaded."
              .formatted(file));
    }
    JsonNode installed = root.path("installed");
    if (root.has("web")) {
      throw new SignInException(
          "The file %s is of an OAuth client for web sites, which may not sign in with a code; make"
                  .formatted(file)
              + " one of the type 'TVs and Limited Input devices'.");
    }
    String id = installed.path("client_id").asText();
    String secret = installed.path("client_secret").asText();
    if (id.isBlank() || secret.isBlank()) {
      throw noClient(file);
    }
    return new OAuthClient(id, secret);
  }

  private static SignInException noClient(Path file) {
    return new SignInException(
        "The file %s is no OAuth client; download the JSON file of one of the type 'TVs and Limited"
                .formatted(file)
            + " Input devices' from the Google Cloud console.");
  }

  @Override
  public String toString() {
    return "OAuth client " + id;
  }
}
