package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contract's requirements for requests to one route.
 *
 * @param body the validator of its JSON body; empty if it has none
 * @param mayLackBody whether a request may come without one
 */
record Operation(List<Parameter> parameters, Optional<Validator> body, boolean mayLackBody) {
  private static final int LONGEST_NUMBER = 18;

  /** Where a parameter is. */
  enum Place {
    PATH,
    QUERY,
    HEADER
  }

  /**
   * A parameter of the path, the query or the head.
   *
   * @param accepted a cache of valid path values: holders send the same job and fence with each
   *     renewal, and validating the two costs half as much as validating a whole body
   */
  record Parameter(
      String name,
      Place place,
      boolean required,
      boolean isInteger,
      Validator schema,
      Set<String> accepted) {
    private static final int MOST_ACCEPTED = 20_000;

    static List<Parameter> all(
        Contract contract, List<JsonObject> ofPath, List<JsonObject> ofMethod) {
      List<Parameter> all = new ArrayList<>();
      ofPath.forEach(json -> all.add(from(contract, json)));
      ofMethod.forEach(json -> all.add(from(contract, json)));
      return List.copyOf(all);
    }

    private static Parameter from(Contract contract, JsonObject json) {
      JsonObject schema = json.getJsonObject("schema");
      return new Parameter(
          json.getString("name"),
          Place.valueOf(json.getString("in").toUpperCase(Locale.ROOT)),
          json.getBoolean("required", false),
          "integer".equals(contract.resolved(schema).getString("type")),
          contract.validator(schema),
          ConcurrentHashMap.newKeySet());
    }

    private Object typed(String text) {
      boolean isNumber = isInteger && text.length() <= LONGEST_NUMBER && text.matches("-?[0-9]+");
      return isNumber ? (Object) Long.valueOf(text) : text;
    }

    private void check(String text) {
      if (accepted.contains(text)) {
        return;
      }
      OutputUnit found = schema.validate(typed(text));
      if (!found.getValid()) {
        throw new ProblemRaised(
            ProblemType.INVALID_REQUEST,
            "The %s parameter %s %s. Compare it with /openapi.yaml."
                .formatted(
                    place.name().toLowerCase(Locale.ROOT),
                    name,
                    ContractViolation.in(found).sentence()),
            Optional.of(name));
      }
      if (place == Place.PATH) {
        remember(text);
      }
    }

    private void remember(String text) {
      if (accepted.size() >= MOST_ACCEPTED) {
        accepted.clear();
      }
      accepted.add(text);
    }
  }

  /** Refuses a request whose parameters break the contract. */
  void checkParameters(Map<String, String> path, MultiMap query, MultiMap headers) {
    for (Parameter parameter : parameters) {
      List<String> values =
          switch (parameter.place) {
            case PATH -> List.of(path.get(parameter.name));
            case QUERY -> query.getAll(parameter.name);
            case HEADER -> headers.getAll(parameter.name);
          };
      if (values.size() > 1) {
        throw new ProblemRaised(
            ProblemType.INVALID_REQUEST,
            "The parameter " + parameter.name + " is given more than once. Give it once.",
            Optional.of(parameter.name));
      }
      values.forEach(parameter::check);
    }
    for (String name : query.names()) {
      if (parameters.stream().noneMatch(p -> p.place == Place.QUERY && p.name.equals(name))) {
        throw new ProblemRaised(
            ProblemType.INVALID_REQUEST,
            "This path knows no query parameter of that name. Compare it with /openapi.yaml.",
            Optional.of(name));
      }
    }
  }

  /** Refuses a body that is not JSON or breaks its schema. */
  void checkBody(Buffer text) {
    if (body.isEmpty()) {
      return;
    }
    Object value;
    try {
      value = text == null || text.length() == 0 ? null : Json.decodeValue(text);
    } catch (DecodeException e) {
      throw malformed();
    }
    if (value == null) {
      throw malformed();
    }
    ContractViolation.ofNumbers("", value).ifPresent(Operation::refuse);
    OutputUnit found = body.get().validate(value);
    if (!found.getValid()) {
      refuse(ContractViolation.in(found));
    }
  }

  private static void refuse(ContractViolation breach) {
    throw breach.raised("The body");
  }

  static ProblemRaised malformed() {
    return new ProblemRaised(
        ProblemType.MALFORMED_REQUEST,
        "The body is not one JSON object with each field once. Correct it and send it again.");
  }
}
