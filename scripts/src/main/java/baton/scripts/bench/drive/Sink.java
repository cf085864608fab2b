package baton.scripts.bench.drive;

import baton.protocol.Json;
import baton.scripts.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fake Drive in a process of its own, as the server of Baton and of curl alike. */
final class Sink implements AutoCloseable {
  private static final String MAIN = "baton.drive.fake.FakeDriveMain";
  private static final Pattern READY =
      Pattern.compile("DRIVE (\\S+) CLIENT (\\S+) REFRESH (\\S+) ACCESS (\\S+)");
  private static final int MOST_SECONDS_TO_START = 60;

  private final JavaProcess process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;
  private final String token;
  private final Path credentials;

  Sink(Path folder) throws IOException {
    Path files = Files.createDirectory(folder.resolve("sink"));
    CompletableFuture<String> first = new CompletableFuture<>();
    process =
        JavaProcess.start(
            MAIN,
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + files),
            List.of(),
            Map.of(),
            first::complete);
    Matcher ready = READY.matcher(await(first));
    if (!ready.matches()) {
      process.close();
      throw new IOException("the sink did not start; is its jar on the class path?");
    }
    address = ready.group(1);
    token = ready.group(4);
    credentials = folder.resolve("credentials.json");
    Files.writeString(
        credentials,
        Json.writer()
            .writeValueAsString(
                Map.of(
                    "type",
                    "authorized_user",
                    "client_id",
                    ready.group(2),
                    "client_secret",
                    "none",
                    "refresh_token",
                    ready.group(3),
                    "token_uri",
                    address + "token")));
  }

  private static String await(CompletableFuture<String> line) {
    try {
      return line.get(MOST_SECONDS_TO_START, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    } catch (ExecutionException | TimeoutException e) {
      return "";
    }
  }

  String address() {
    return address;
  }

  /** For the environment of whoever signs in as a machine does. */
  Map<String, String> signIn() {
    return Map.of("GOOGLE_APPLICATION_CREDENTIALS", credentials.toString());
  }

  /** For a request's header. */
  String authorization() {
    return "Authorization: Bearer " + token;
  }

  String media(String id) {
    return address + "drive/v3/files/" + id + "?alt=media";
  }

  /** Begins an upload; the address to put the bytes to. */
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
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", "Bearer " + token);
  }

  @Override
  public void close() {
    process.close();
  }
}
