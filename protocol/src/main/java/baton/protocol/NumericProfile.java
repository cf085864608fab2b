package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What may change the bits of a training, by name: framework, threads, device, instruction set. Two
 * trainings are compared bit for bit within one profile only (R7).
 *
 * @param facts none: it is not known
 */
public record NumericProfile(@JsonValue Map<String, String> facts) {
  public static final NumericProfile UNKNOWN = new NumericProfile(Map.of());

  private static final int MOST_FACTS = 100;
  private static final int LONGEST = 1_000;

  /** What a person asks first comes first: of another device much else is a mere consequence. */
  private static final List<String> TELLING =
      List.of("device", "gpu", "engine", "torch", "flavor", "cuda", "threads", "processor");

  private static final Map<String, String> WORDS =
      Map.of(
          "engine", "framework version",
          "torch", "framework version",
          "flavor", "build of the framework",
          "gpu", "GPU",
          "cuda", "CUDA version",
          "threads", "thread count",
          "language", "language version",
          "script", "version of the script");

  /** One fact that differs; the side that does not name it is empty. */
  public record Difference(String fact, Optional<String> before, Optional<String> after) {
    /** Such as {@code another thread count: 1 -> 2}. */
    @Override
    public String toString() {
      return "another %s: %s -> %s"
          .formatted(WORDS.getOrDefault(fact, fact), before.orElse("none"), after.orElse("none"));
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public NumericProfile {
    if (facts.size() > MOST_FACTS) {
      throw new IllegalArgumentException("a numeric profile has at most " + MOST_FACTS + " facts");
    }
    facts.forEach(NumericProfile::requireShort);
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  public boolean isKnown() {
    return !facts.isEmpty();
  }

  /** Where {@code later} is another than this, the most telling first. */
  public List<Difference> differences(NumericProfile later) {
    return Stream.concat(facts.keySet().stream(), later.facts.keySet().stream())
        .distinct()
        .filter(fact -> !Objects.equals(facts.get(fact), later.facts.get(fact)))
        .sorted(Comparator.comparingInt(NumericProfile::rank).thenComparing(fact -> fact))
        .map(
            fact ->
                new Difference(
                    fact,
                    Optional.ofNullable(facts.get(fact)),
                    Optional.ofNullable(later.facts.get(fact))))
        .toList();
  }

  private static int rank(String fact) {
    int place = TELLING.indexOf(fact);
    return place < 0 ? TELLING.size() : place;
  }

  private static void requireShort(String fact, String value) {
    if (value == null || fact.length() > LONGEST || value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a fact of a numeric profile is a text of at most " + LONGEST + " characters");
    }
  }
}
