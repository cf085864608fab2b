package baton.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What may change the bits of a training, by name: script, arguments, framework, threads, device,
 * instruction set. Two trainings are compared bit for bit within one profile only (R7).
 *
 * @param facts empty if nothing is known
 */
public record NumericProfile(@JsonValue Map<String, String> facts) {
  public static final NumericProfile UNKNOWN = new NumericProfile(Map.of());

  private static final String ARGUMENTS = "arguments";
  private static final String FILES = "files";
  private static final String UNSURE = "unsure";

  private static final int MOST_FACTS = 100;
  private static final int LONGEST = 1_000;

  /**
   * The facts that a person changes on purpose. If one of them differs, a worker goes on only if a
   * person accepts the change.
   */
  private static final Set<String> PROGRAM = Set.of("script", ARGUMENTS, FILES);

  /** Older versions do not record these: a missing one counts as unknown, not as different. */
  private static final Set<String> MAY_BE_ABSENT = Set.of(ARGUMENTS, FILES, "hash_seed");

  /**
   * The order in which differences are shown, the cause first: another device, for example, changes
   * many of the other facts too.
   */
  private static final List<String> TELLING =
      List.of(
          "script",
          ARGUMENTS,
          FILES,
          "device",
          "gpu",
          "engine",
          "torch",
          "flavor",
          "cuda",
          "threads",
          "processor");

  private static final Map<String, String> WORDS =
      Map.of(
          "engine", "framework version",
          "torch", "framework version",
          "flavor", "build of the framework",
          "gpu", "GPU",
          "cuda", "CUDA version",
          "threads", "thread count",
          "language", "language version",
          "hash_seed", "seed of Python's hashes",
          "script", "version of the script");

  /** One fact that differs; empty on the side that does not have it. */
  public record Difference(String fact, Optional<String> before, Optional<String> after) {
    /** Such as {@code another thread count: 1 -> 2}. */
    @Override
    public String toString() {
      return DifferenceText.of(this, WORDS.getOrDefault(fact, fact));
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

  /** Why two runs may differ even under this same profile; empty if no reason is known. */
  public Optional<String> unsure() {
    return Optional.ofNullable(facts.get(UNSURE));
  }

  /** The facts in which {@code later} differs from this profile, the most telling first. */
  public List<Difference> differences(NumericProfile later) {
    return Stream.concat(facts.keySet().stream(), later.facts.keySet().stream())
        .distinct()
        .filter(fact -> !Objects.equals(facts.get(fact), later.facts.get(fact)))
        .filter(fact -> !fact.equals(UNSURE))
        .filter(fact -> !MAY_BE_ABSENT.contains(fact) || (has(fact) && later.has(fact)))
        .filter(fact -> !fact.equals(FILES) || FilesRead.differ(files(), later.files()))
        .sorted(Comparator.comparingInt(NumericProfile::rank).thenComparing(fact -> fact))
        .map(
            fact ->
                new Difference(
                    fact,
                    Optional.ofNullable(facts.get(fact)),
                    Optional.ofNullable(later.facts.get(fact))))
        .toList();
  }

  /**
   * The differences between the programs of this profile and {@code later}, as far as they were
   * recorded: another script, other arguments or other files that it read.
   */
  public List<Difference> programDifferences(NumericProfile later) {
    return differences(later).stream()
        .filter(difference -> PROGRAM.contains(difference.fact()) && has(difference.fact()))
        .toList();
  }

  /**
   * This profile, with the facts added that only {@code later} has: an older version did not record
   * them, or the files were not read yet.
   */
  public NumericProfile completedBy(NumericProfile later) {
    if (!isKnown()) {
      return later;
    }
    Map<String, String> all = new TreeMap<>(facts);
    MAY_BE_ABSENT.stream()
        .filter(later::has)
        .forEach(fact -> all.putIfAbsent(fact, later.facts.get(fact)));
    if (has(FILES) && later.has(FILES)) {
      all.put(FILES, FilesRead.together(files(), later.files(), LONGEST));
    }
    return new NumericProfile(all);
  }

  private String files() {
    return facts.get(FILES);
  }

  private boolean has(String fact) {
    return facts.containsKey(fact);
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
