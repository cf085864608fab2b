package baton.coordinator.http;

import baton.protocol.ProblemType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Where and how a value breaks its schema.
 *
 * @param pointer a JSON Pointer into the value (RFC 6901); empty for the whole value
 * @param sentence what is wrong there, as the end of a sentence
 */
record ContractViolation(String pointer, String sentence) {
  /** Keywords that concern the value itself; all others only repeat that a part is wrong. */
  private static final Set<String> TELLING =
      Set.of(
          "type",
          "enum",
          "const",
          "pattern",
          "format",
          "required",
          "minimum",
          "maximum",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "uniqueItems",
          "maxProperties");

  private static final Pattern MISSING = Pattern.compile("required property \"(.*)\"");
  private static final Pattern EXPECTED = Pattern.compile("Expected (.*)");
  private static final int LONGEST = 300;

  /** The first violation that a validator found. */
  static ContractViolation in(OutputUnit found) {
    List<OutputUnit> errors = Optional.ofNullable(found.getErrors()).orElse(List.of());
    return errors.stream()
        .filter(error -> TELLING.contains(keyword(error)))
        .findFirst()
        .map(ContractViolation::told)
        .or(() -> deepest(errors).map(ContractViolation::unknown))
        .orElse(new ContractViolation("", "is not as the contract has it"));
  }

  /** The first number in a JSON value that is too large for a double. */
  static Optional<ContractViolation> ofNumbers(String pointer, Object value) {
    if (value instanceof Number number) {
      return Double.isFinite(number.doubleValue())
          ? Optional.empty()
          : Optional.of(new ContractViolation(pointer, "is a number beyond what a double holds"));
    }
    if (value instanceof JsonObject object) {
      return object.stream()
          .flatMap(field -> ofNumbers(pointer + "/" + field.getKey(), field.getValue()).stream())
          .findFirst();
    }
    if (value instanceof JsonArray array) {
      return IntStream.range(0, array.size())
          .boxed()
          .flatMap(i -> ofNumbers(pointer + "/" + i, array.getValue(i)).stream())
          .findFirst();
    }
    return Optional.empty();
  }

  ProblemRaised raised(String what) {
    String where = pointer.isEmpty() ? what : what + "'s field " + pointer;
    return new ProblemRaised(
        ProblemType.INVALID_REQUEST,
        "%s %s. Compare it with /openapi.yaml.".formatted(where, sentence),
        Optional.of(pointer));
  }

  /** The deepest error: it names the field itself, not the objects around it. */
  private static Optional<OutputUnit> deepest(List<OutputUnit> errors) {
    return errors.stream().max(Comparator.comparing(error -> error.getInstanceLocation().length()));
  }

  private static ContractViolation told(OutputUnit error) {
    String pointer = pointer(error);
    Matcher missing = MISSING.matcher(error.getError());
    if (missing.find()) {
      return new ContractViolation(pointer + "/" + missing.group(1), "is missing");
    }
    Matcher expected = EXPECTED.matcher(error.getError());
    if (keyword(error).equals("type") && expected.find()) {
      return new ContractViolation(pointer, "must be of type " + expected.group(1));
    }
    String how = error.getError();
    return new ContractViolation(
        pointer, "is wrong: " + (how.length() > LONGEST ? how.substring(0, LONGEST) : how));
  }

  private static ContractViolation unknown(OutputUnit error) {
    return new ContractViolation(pointer(error), "does not belong there");
  }

  private static String pointer(OutputUnit error) {
    return error.getInstanceLocation().substring(1); // "#/a/b"
  }

  private static String keyword(OutputUnit error) {
    String location = error.getKeywordLocation();
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
