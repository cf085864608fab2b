package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A plain HTTP client that holds every answer to the contract. */
final class ContractedHttp {
  private static final Contract CONTRACT = Contract.load();

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI coordinator;

  ContractedHttp(URI coordinator) {
    this.coordinator = coordinator;
  }

  /** A request in the making. */
  final class Call {
    private final HttpRequest.Builder builder;
    private final String method;
    private final String path;
    private HttpRequest.BodyPublisher body = BodyPublishers.noBody();

    private Call(String method, String path) {
      this.method = method;
      this.path = path;
      this.builder = HttpRequest.newBuilder(URI.create(coordinator + path));
    }

    Call token(String token) {
      return header("Authorization", "Bearer " + token);
    }

    Call header(String name, String value) {
      builder.header(name, value);
      return this;
    }

    Call json(String text) {
      return header("Content-Type", "application/json").body(text);
    }

    Call body(String text) {
      body = BodyPublishers.ofString(text);
      return this;
    }

    Answer send() {
      try {
        HttpResponse<String> response =
            client.send(builder.method(method, body).build(), BodyHandlers.ofString());
        holdToContract(method, path.split("\\?")[0], response);
        return new Answer(response);
      } catch (IOException e) {
        throw new AssertionError(method + " " + path + " got no answer", e);
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** An answer that keeps to the contract. */
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    JsonObject json() {
      return new JsonObject(response.body());
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    /** Asserts that this is a problem with a sentence, and nothing that is not for people. */
    Answer isProblem(int status, String type) {
      assertThat(response.body()).as("%s", response).contains("urn:baton:" + type + "\"");
      assertThat(status()).isEqualTo(status);
      assertThat(json().getInteger("status")).isEqualTo(status);
      assertThat(json().getString("detail")).endsWith(".").doesNotContain("Exception", "baton.");
      return this;
    }

    Answer names(String field) {
      assertThat(json().getString("field")).isEqualTo(field);
      return this;
    }
  }

  Call get(String path) {
    return new Call("GET", path);
  }

  Call post(String path) {
    return new Call("POST", path);
  }

  Call call(String method, String path) {
    return new Call(method, path);
  }

  private static void holdToContract(String method, String path, HttpResponse<String> response) {
    boolean isHead = method.equals("GET") || method.equals("POST");
    Optional<JsonObject> operation = isHead ? operation(method, path) : Optional.empty();
    String status = Integer.toString(response.statusCode());
    JsonObject documented =
        operation
            .map(found -> found.getJsonObject("responses"))
            .map(all -> all.getJsonObject(status, forErrors(all, response.statusCode())))
            .orElseGet(ContractedHttp::problem);
    assertThat(documented)
        .as("%s %s answered %s, which is not in the contract", method, path, status)
        .isNotNull();
    holdHeaders(CONTRACT.resolved(documented), response);
    holdBody(CONTRACT.resolved(documented), response);
  }

  private static JsonObject forErrors(JsonObject responses, int status) {
    return status >= 400 ? responses.getJsonObject("default") : null;
  }

  private static JsonObject problem() {
    return CONTRACT
        .document()
        .getJsonObject("components")
        .getJsonObject("responses")
        .getJsonObject("Problem");
  }

  private static void holdHeaders(JsonObject documented, HttpResponse<String> response) {
    for (Map.Entry<String, Object> entry : documented.getJsonObject("headers", new JsonObject())) {
      JsonObject header = CONTRACT.resolved((JsonObject) entry.getValue());
      Optional<String> value = response.headers().firstValue(entry.getKey());
      assertThat(value.isPresent() || !header.getBoolean("required", false))
          .as("the header %s", entry.getKey())
          .isTrue();
      JsonObject schema = header.getJsonObject("schema");
      if (value.isPresent() && schema != null) {
        boolean isInteger = "integer".equals(schema.getString("type"));
        requireValid(schema, isInteger ? Long.valueOf(value.get()) : value.get());
      }
    }
  }

  private static void holdBody(JsonObject documented, HttpResponse<String> response) {
    JsonObject content = documented.getJsonObject("content");
    if (content == null) {
      assertThat(response.body()).isEmpty();
      return;
    }
    String type = response.headers().firstValue("Content-Type").orElse("none").split(";")[0];
    assertThat(content.fieldNames()).contains(type);
    boolean isJson = type.endsWith("json");
    requireValid(
        content.getJsonObject(type).getJsonObject("schema"),
        isJson ? Json.decodeValue(response.body()) : response.body());
  }

  private static void requireValid(JsonObject schema, Object value) {
    OutputUnit found = CONTRACT.validator(schema).validate(value);
    assertThat(found.getValid()).as(() -> ContractViolation.in(found) + " in " + value).isTrue();
  }

  private static Optional<JsonObject> operation(String method, String path) {
    JsonObject paths = CONTRACT.document().getJsonObject("paths");
    return paths.fieldNames().stream()
        .filter(template -> path.matches(template.replaceAll("\\{\\w+}", "[^/]+")))
        .map(template -> paths.getJsonObject(template))
        .map(item -> item.getJsonObject(method.toLowerCase(Locale.ROOT)))
        .filter(found -> found != null)
        .findFirst();
  }
}
