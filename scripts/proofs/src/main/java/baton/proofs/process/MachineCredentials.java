package baton.proofs.process;

import baton.protocol.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Application-default credentials, in a file as Google's tools write it, except that tokens come
 * from a fake Drive.
 *
 * @param file holds the refresh token
 */
public record MachineCredentials(Path file) {

  /**
   * Writes them into a folder.
   *
   * @param drive the root of the fake's addresses
   */
  public static MachineCredentials in(Path folder, URI drive, String client, String refreshToken)
      throws IOException {
    Map<String, String> fields =
        Map.of(
            "type",
            "authorized_user",
            "client_id",
            client,
            "client_secret",
            "none",
            "refresh_token",
            refreshToken,
            "token_uri",
            drive.resolve("token").toString());
    return new MachineCredentials(
        Files.writeString(
            folder.resolve("credentials.json"), Json.writer().writeValueAsString(fields)));
  }

  /** The environment variables for a process that signs in with them. */
  public Map<String, String> environment() {
    return Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
  }
}
