package baton.proofs.bench.drive;

import baton.proofs.process.FakeDriveProcess;
import baton.proofs.process.MachineCredentials;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The fake Drive in its own process, as the server for both Baton and curl. */
final class Sink implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final FakeDriveProcess drive;
  private final MachineCredentials credentials;

  Sink(Path folder) throws IOException {
    drive = new FakeDriveProcess(folder, Optional.empty(), fault -> {});
    credentials = drive.credentials(folder);
  }

  String address() {
    return drive.address().toString();
  }

  /** Environment variables for a process that signs in as a machine. */
  Map<String, String> signIn() {
    return credentials.environment();
  }

  /** The header that authorizes a request. */
  String authorization() {
    return "Authorization: Bearer " + drive.accessToken();
  }

  String media(String id) {
    return drive.address() + "drive/v3/files/" + id + "?alt=media";
  }

  /** Begins an upload; returns the address for the bytes. */
  String session(String name, long size) throws IOException, InterruptedException {
    HttpRequest request =
        request("upload/drive/v3/files?uploadType=resumable&fields=id,sha256Checksum")
            .header("X-Upload-Content-Length", Long.toString(size))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"name\":\"%s\"}".formatted(name)))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    return answer
        .headers()
        .firstValue("Location")
        .orElseThrow(() -> new IOException("the sink begins no upload: " + answer.body()));
  }

  void delete(String id) throws IOException, InterruptedException {
    http.send(request("drive/v3/files/" + id).DELETE().build(), BodyHandlers.discarding());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(drive.address().resolve(path))
        .header("Authorization", "Bearer " + drive.accessToken());
  }

  @Override
  public void close() {
    drive.close();
  }
}
