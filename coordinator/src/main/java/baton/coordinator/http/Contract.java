package baton.coordinator.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document against which every request is checked.
 *
 * <p>It is not read with vertx-openapi, which refuses a contract whose answers are problem
 * documents; the schemas are checked by the same validator.
 */
final class Contract {
  private static final String RESOURCE = "/baton/protocol/openapi.yaml";
  private static final String BASE = "urn:baton:contract";

  private final String text;
  private final JsonObject document;
  private final SchemaRepository schemas;

  private Contract(String text) {
    this.text = text;
    this.document = new JsonObject(parse(text));
    this.schemas =
        SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri(BASE)
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
    schemas.dereference(
        BASE, JsonSchema.of(BASE, (JsonObject) withExactEnds(new JsonObject(parse(text)))));
  }

  static Contract load() {
    try (InputStream resource = Contract.class.getResourceAsStream(RESOURCE)) {
      return new Contract(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("The contract is missing from this build.", e);
    }
  }

  String text() {
    return text;
  }

  JsonObject document() {
    return document;
  }

  /** The contract's operation for a method on a path, such as {@code /v1/jobs/{job}}. */
  Operation operation(String method, String path) {
    JsonObject item = document.getJsonObject("paths").getJsonObject(path, new JsonObject());
    JsonObject operation = item.getJsonObject(method.toLowerCase(Locale.ROOT));
    if (operation == null) {
      throw new IllegalArgumentException("the contract has no " + method + " " + path);
    }
    return new Operation(
        Operation.Parameter.all(this, parameters(item), parameters(operation)),
        body(operation),
        !operation.getJsonObject("requestBody", new JsonObject()).getBoolean("required", false));
  }

  /** A validator for a schema of the document. */
  Validator validator(JsonObject schema) {
    return schemas.validator(
        JsonSchema.of((JsonObject) withExactEnds(withAbsoluteReferences(schema))));
  }

  /**
   * Replaces {@code $} at the end of patterns: in Java it also matches before a final line break,
   * in JSON Schema only at the very end.
   */
  private static Object withExactEnds(Object value) {
    if (value instanceof JsonArray array) {
      return new JsonArray(array.stream().map(Contract::withExactEnds).toList());
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    JsonObject exact = new JsonObject();
    for (Map.Entry<String, Object> entry : object) {
      boolean isAnchored =
          entry.getKey().equals("pattern")
              && entry.getValue() instanceof String pattern
              && pattern.endsWith("$");
      exact.put(
          entry.getKey(),
          isAnchored
              ? ((String) entry.getValue()).replaceFirst("\\$$", "\\\\z")
              : withExactEnds(entry.getValue()));
    }
    return exact;
  }

  /** Makes references absolute, since a schema outside the document still refers into it. */
  private static Object withAbsoluteReferences(Object value) {
    if (value instanceof JsonArray array) {
      return new JsonArray(array.stream().map(Contract::withAbsoluteReferences).toList());
    }
    if (!(value instanceof JsonObject object)) {
      return value;
    }
    JsonObject absolute = new JsonObject();
    for (Map.Entry<String, Object> entry : object) {
      boolean isReference = entry.getKey().equals("$ref");
      absolute.put(
          entry.getKey(),
          isReference ? BASE + entry.getValue() : withAbsoluteReferences(entry.getValue()));
    }
    return absolute;
  }

  /** The object that {@code object} refers to, or {@code object} itself. */
  JsonObject resolved(JsonObject object) {
    String reference = object.getString("$ref");
    return reference == null
        ? object
        : (JsonObject) JsonPointer.from(reference.substring(1)).queryJson(document);
  }

  private List<JsonObject> parameters(JsonObject holder) {
    List<JsonObject> parameters = new ArrayList<>();
    for (Object parameter : holder.getJsonArray("parameters", new JsonArray())) {
      parameters.add(resolved((JsonObject) parameter));
    }
    return parameters;
  }

  private Optional<Validator> body(JsonObject operation) {
    return Optional.ofNullable(operation.getJsonObject("requestBody"))
        .map(body -> body.getJsonObject("content").getJsonObject("application/json"))
        .map(json -> validator(json.getJsonObject("schema")));
  }

  private static Map<String, Object> parse(String yaml) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
  }
}
