package baton.storage.drive.fake;

import baton.protocol.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** One request and its answer, with what the rules of faults have in store for it. */
final class Exchange {
  private final HttpRequest http;
  private final Map<String, String> answerHeaders = new LinkedHashMap<>();
  private final Map<String, String> query;
  private final Operation operation;
  private final List<Action> faults;

  Exchange(HttpRequest http, Faults rules) {
    this.http = http;
    this.query = parse(rawTarget(1));
    String range = header("Content-Range").orElse("");
    this.operation =
        Operation.of(
            method(), path(), "media".equals(query.get("alt")), range.startsWith("bytes */"));
    this.faults = rules.strike(operation);
  }

  Operation operation() {
    return operation;
  }

  /** The Java client cannot send PATCH: it sends POST and names the method it means. */
  String method() {
    return header("X-HTTP-Method-Override").orElse(http.method()).toUpperCase(Locale.ROOT);
  }

  private String rawTarget(int part) {
    String[] parts = http.target().split("\\?", 2);
    return part < parts.length ? parts[part] : "";
  }

  String path() {
    return decode(rawTarget(0));
  }

  /** The id in a path, which may hold an encoded slash. */
  String lastStep() {
    String raw = rawTarget(0);
    return decode(raw.substring(raw.lastIndexOf('/') + 1));
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(http.headers().get(name));
  }

  <A extends Action> Optional<A> fault(Class<A> kind) {
    return faults.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  InputStream body() {
    return new FaultyInput(http.body(), this);
  }

  JsonNode json() throws IOException {
    byte[] bytes = text();
    return bytes.length == 0
        ? Json.readerFor(JsonNode.class).readTree("{}")
        : Json.readerFor(JsonNode.class).readTree(bytes);
  }

  Map<String, String> form() throws IOException {
    return parse(new String(text(), StandardCharsets.UTF_8));
  }

  private byte[] text() throws IOException {
    boolean gzip = header("Content-Encoding").orElse("").equals("gzip");
    try (InputStream in = gzip ? new GZIPInputStream(body()) : body()) {
      return in.readAllBytes();
    }
  }

  void setHeader(String name, String value) {
    answerHeaders.put(name, value);
  }

  void reply(int code, JsonNode json) throws IOException {
    setHeader("Content-Type", "application/json; charset=UTF-8");
    byte[] bytes = Json.writer().writeValueAsBytes(json);
    try (OutputStream out = reply(code, bytes.length)) {
      out.write(bytes);
    }
  }

  void replyEmpty(int code) throws IOException {
    reply(code, 0).close();
  }

  OutputStream reply(int code, long length) throws IOException {
    if (fault(Action.LoseReply.class).isPresent()) {
      throw new ConnectionCut();
    }
    return new FaultyOutput(http.answer(code, length, answerHeaders), this);
  }

  /** The address at which the caller reached the fake. */
  String origin() {
    return "http://" + header("Host").orElseThrow();
  }

  private static Map<String, String> parse(String form) {
    Map<String, String> values = new HashMap<>();
    if (!form.isEmpty()) {
      for (String pair : form.split("&")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        values.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return values;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
