package baton.storage.drive.fake;

import baton.protocol.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Plain HTTP calls, so that the fake is judged by nothing that was written for it. */
final class RawCalls {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;
  private final String token;

  RawCalls(URI base, String token) {
    this.base = base;
    this.token = token;
  }

  HttpResponse<byte[]> call(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    return call(method, base.resolve(path), body.getBytes(StandardCharsets.UTF_8), headers);
  }

  HttpResponse<byte[]> call(String method, URI address, byte[] body, String... headers)
      throws IOException, InterruptedException {
    BodyPublisher publisher =
        body.length == 0 && !method.equals("PUT")
            ? BodyPublishers.noBody()
            : BodyPublishers.ofByteArray(body);
    List<String> all = new ArrayList<>(Arrays.asList(headers));
    if (!token.isEmpty()) {
      all.addAll(List.of("Authorization", "Bearer " + token));
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(address).method(method, publisher);
    if (!all.isEmpty()) {
      request.headers(all.toArray(String[]::new));
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    return call("GET", path, "", headers);
  }

  HttpResponse<byte[]> list(String query, String more) throws IOException, InterruptedException {
    return get(
        "drive/v3/files?q="
            + URLEncoder.encode(query, StandardCharsets.UTF_8)
            + "&fields=nextPageToken,files(id,name)"
            + more);
  }

  String newId() throws IOException, InterruptedException {
    return json(get("drive/v3/files/generateIds?count=1")).at("/ids/0").asText();
  }

  String newFolder(String name, String parent) throws IOException, InterruptedException {
    String body =
        """
        {"name":"%s","parents":["%s"],"mimeType":"application/vnd.google-apps.folder"}
        """
            .formatted(name, parent);
    return json(call("POST", "drive/v3/files", body)).get("id").asText();
  }

  HttpResponse<byte[]> start(String metadata, long length)
      throws IOException, InterruptedException {
    return call(
        "POST",
        "upload/drive/v3/files?uploadType=resumable&fields=id,size,sha256Checksum,md5Checksum",
        metadata,
        "X-Upload-Content-Length",
        Long.toString(length));
  }

  URI session(String metadata, long length) throws IOException, InterruptedException {
    return URI.create(start(metadata, length).headers().firstValue("Location").orElseThrow());
  }

  HttpResponse<byte[]> chunk(URI session, byte[] all, int from, int to)
      throws IOException, InterruptedException {
    return call(
        "PUT",
        session,
        Arrays.copyOfRange(all, from, to),
        "Content-Range",
        "bytes %d-%d/%d".formatted(from, to - 1, all.length));
  }

  HttpResponse<byte[]> status(URI session, int total) throws IOException, InterruptedException {
    return call("PUT", session, new byte[0], "Content-Range", "bytes */" + total);
  }

  String upload(String metadata, byte[] bytes) throws IOException, InterruptedException {
    HttpResponse<byte[]> done =
        bytes.length == 0
            ? call("PUT", session(metadata, 0), bytes)
            : chunk(session(metadata, bytes.length), bytes, 0, bytes.length);
    return json(done).get("id").asText();
  }

  static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return Json.readerFor(JsonNode.class).readTree(response.body());
  }

  static String reason(HttpResponse<byte[]> response) throws IOException {
    return response.statusCode() + " " + json(response).at("/error/errors/0/reason").asText();
  }
}
