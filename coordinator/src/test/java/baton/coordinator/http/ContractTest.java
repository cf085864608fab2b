package baton.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Certificate;
import baton.coordinator.lease.History;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.LeaseEnd;
import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.Directive;
import baton.protocol.Phase;
import baton.protocol.ProblemType;
import baton.protocol.ReleaseReason;
import baton.protocol.Trouble;
import baton.protocol.Verified;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The contract itself: that it is one, that it is whole, that it says what the code says. */
class ContractTest {
  private final Contract contract = Contract.load();

  @Test
  void isAnOpenApiDocumentOfVersion31() throws IOException {
    JsonObject metaSchema;
    try (InputStream resource =
        getClass().getResourceAsStream("/spec.openapis.org/oas/3.1/schema/2022-10-07")) {
      metaSchema = new JsonObject(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    }
    metaSchema.remove("$schema");
    Validator validator =
        Validator.create(
            JsonSchema.of(metaSchema),
            new JsonSchemaOptions()
                .setBaseUri("urn:openapi")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));

    OutputUnit found = validator.validate(contract.document());
    assertThat(found.getValid()).as(() -> "" + found.getErrors()).isTrue();

    JsonObject broken = contract.document().copy();
    broken.getJsonObject("info").remove("title");
    assertThat(validator.validate(broken).getValid()).as("the check can fail").isFalse();
  }

  @Test
  void describesEveryRouteWithItsRoleAndNothingElse() {
    Set<String> served = new TreeSet<>();
    for (Routes.Route route : routes()) {
      served.add(
          "%s %s %s"
              .formatted(route.method(), route.path(), route.role().map(Role::word).orElse("")));
    }
    Set<String> described = new TreeSet<>();
    eachOperation(
        (path, method, operation) ->
            described.add("%s %s %s".formatted(method, path, role(operation))));

    assertThat(served).isEqualTo(described);
  }

  @Test
  void asksForTheLeaseSecretWhereALeaseIsNamed() {
    eachOperation(
        (path, method, operation) ->
            assertThat(operation.getJsonArray("security").encode().contains("leaseSecret"))
                .as(path)
                .isEqualTo(path.contains("{fence}")));
  }

  @Test
  void leavesNoObjectOpenToFieldsItDoesNotKnow() {
    List<String> open = new ArrayList<>();
    collectOpenObjects("#", contract.document().getJsonObject("components"), open);
    collectOpenObjects("#", contract.document().getJsonObject("paths"), open);

    assertThat(open).isEmpty();
  }

  @Test
  void boundsEveryTextAndNumberOfARequest() {
    List<String> unbounded = new ArrayList<>();
    for (String body :
        List.of(
            "JobSubmission",
            "LeaseRequest",
            "RenewRequest",
            "CommitRequest",
            "ResumeRequest",
            "UrlsRequest")) {
      collectUnbounded(body, schema(body), unbounded);
    }

    assertThat(unbounded).containsExactly("RenewRequest.loss");
  }

  @TestFactory
  Stream<DynamicTest> namesTheSameValuesAsTheCode() {
    return Map.<String, Class<? extends Enum<?>>>ofEntries(
            Map.entry("JobView.state", JobState.class),
            Map.entry("CertificateView.verdict", Certificate.Verdict.class),
            Map.entry("SegmentView.ended", LeaseEnd.class),
            Map.entry("EventView.kind", History.Event.Kind.class),
            Map.entry("Phase", Phase.class),
            Map.entry("Verified", Verified.class),
            Map.entry("Cadence.unit", Cadence.Unit.class),
            Map.entry("RenewAnswer.directive", Directive.class),
            Map.entry("CommitAnswer.next", AfterCommit.class),
            Map.entry("ReleaseRequest.why", ReleaseReason.class),
            Map.entry("Trouble.kind", Trouble.Kind.class))
        .entrySet()
        .stream()
        .map(
            pair ->
                DynamicTest.dynamicTest(
                    pair.getKey(),
                    () ->
                        assertThat(values(pair.getKey()))
                            .isEqualTo(
                                Stream.of(pair.getValue().getEnumConstants())
                                    .map(Enum::name)
                                    .toList())));
  }

  @Test
  void knowsTheShapeOfEveryProblemType() {
    String pattern =
        schema("Problem").getJsonObject("properties").getJsonObject("type").getString("pattern");
    for (ProblemType type : ProblemType.values()) {
      assertThat(type.urn()).matches(pattern);
      assertThat(ProblemType.of(type.urn())).contains(type);
    }
    assertThat(ProblemType.of("urn:baton:from-the-future")).isEmpty();
  }

  private interface OperationVisitor {
    void visit(String path, String method, JsonObject operation);
  }

  private void eachOperation(OperationVisitor visitor) {
    JsonObject paths = contract.document().getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : List.of("get", "post", "put", "patch", "delete")) {
        Optional.ofNullable(paths.getJsonObject(path).getJsonObject(method))
            .ifPresent(found -> visitor.visit(path, method.toUpperCase(), found));
      }
    }
  }

  private static String role(JsonObject operation) {
    JsonArray security = operation.getJsonArray("security");
    return security.isEmpty() ? "" : security.getJsonObject(0).getJsonArray("token").getString(0);
  }

  /** Handlers are not called here, so they are made of nothing. */
  private static List<Routes.Route> routes() {
    return Routes.all(
        new Routes.Parts(
            null,
            null,
            null,
            null,
            Samples.tokens(),
            Runnable::run,
            Clock.systemUTC(),
            () -> Duration.ZERO,
            () -> {},
            null));
  }

  private JsonObject schema(String name) {
    return contract
        .document()
        .getJsonObject("components")
        .getJsonObject("schemas")
        .getJsonObject(name);
  }

  private List<String> values(String name) {
    String[] steps = name.split("\\.");
    JsonObject schema = schema(steps[0]);
    if (steps.length > 1) {
      schema = schema.getJsonObject("properties").getJsonObject(steps[1]);
    }
    return schema.getJsonArray("enum").stream().map(String::valueOf).toList();
  }

  private static void collectOpenObjects(String at, Object value, List<String> open) {
    if (value instanceof JsonArray array) {
      array.forEach(element -> collectOpenObjects(at, element, open));
    }
    if (value instanceof JsonObject object) {
      if ("object".equals(object.getValue("type")) && !object.containsKey("additionalProperties")) {
        open.add(at);
      }
      object.forEach(
          entry -> collectOpenObjects(at + "/" + entry.getKey(), entry.getValue(), open));
    }
  }

  private void collectUnbounded(String at, JsonObject schema, List<String> unbounded) {
    JsonObject resolved = contract.resolved(schema);
    for (Map.Entry<String, Object> entry : resolved.getJsonObject("properties", new JsonObject())) {
      collectUnbounded(at + "." + entry.getKey(), (JsonObject) entry.getValue(), unbounded);
    }
    String type = String.valueOf(resolved.getValue("type"));
    boolean isBounded =
        switch (type) {
          case "string" ->
              resolved.containsKey("maxLength")
                  || resolved.containsKey("enum")
                  || resolved.getString("pattern", "").endsWith("$");
          case "integer", "number" ->
              resolved.containsKey("minimum") && resolved.containsKey("maximum");
          case "array" -> resolved.containsKey("maxItems");
          default -> true;
        };
    if (!isBounded) {
      unbounded.add(at);
    }
  }
}
