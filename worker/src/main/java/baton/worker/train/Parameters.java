package baton.worker.train;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoublePredicate;

/**
 * A job's hyper-parameters, read by name and checked as they are read. A parameter that no code
 * reads is the user's mistake; {@link #refuseUnknown} reports it.
 */
public final class Parameters {
  private final String program;
  private final String scope;
  private final Map<String, Object> given;
  private final Optional<Path> data;
  private final Map<String, Object> defaults;
  private final SortedSet<String> known;

  Parameters(String program, Map<String, Object> given) {
    this(program, given, Optional.empty());
  }

  Parameters(String program, Map<String, Object> given, Optional<Path> data) {
    this(program, "", Map.copyOf(given), data, new TreeMap<>(), new TreeSet<>());
  }

  private Parameters(
      String program,
      String scope,
      Map<String, Object> given,
      Optional<Path> data,
      Map<String, Object> defaults,
      SortedSet<String> known) {
    this.program = program;
    this.scope = scope;
    this.given = given;
    this.data = data;
    this.defaults = defaults;
    this.known = known;
  }

  /**
   * The parameters of one network: {@code generator.learningRate}, if present, takes precedence
   * over {@code learningRate}.
   */
  Parameters of(Network network) {
    return network.name().isEmpty()
        ? this
        : new Parameters(program, network.qualify(""), given, data, defaults, known);
  }

  /** The folder with the job's training data; empty if the program brings its own. */
  public Optional<Path> data() {
    return data;
  }

  /** Adds defaults, used where the job gives no value, in preference to any fallback. */
  void addDefaults(Map<String, Object> values) {
    defaults.putAll(values);
  }

  /** A finite number above zero. */
  public double positive(String name, double fallback) throws TroubleException {
    return number(name, fallback, "a number above 0", value -> value > 0);
  }

  /** A finite number of at least zero. */
  public double atLeastZero(String name, double fallback) throws TroubleException {
    return number(name, fallback, "a number from 0", value -> value >= 0);
  }

  /** A number from 0 up to but excluding 1. */
  public double fraction(String name, double fallback) throws TroubleException {
    return number(name, fallback, "a number from 0 up to but without 1", v -> v >= 0 && v < 1);
  }

  /** A whole number of at least 1. */
  public int count(String name, int fallback) throws TroubleException {
    return atLeast(1, name, fallback);
  }

  /** A whole number of at least {@code least}. */
  public int atLeast(int least, String name, int fallback) throws TroubleException {
    return whole(least, Integer.MAX_VALUE, name, fallback, "a whole number from " + least);
  }

  /** A whole number from {@code least} to {@code most}. */
  public int between(int least, int most, String name, int fallback) throws TroubleException {
    return whole(
        least, most, name, fallback, "a whole number from %d to %d".formatted(least, most));
  }

  private int whole(int least, int most, String name, int fallback, String what)
      throws TroubleException {
    return (int)
        number(
            name,
            fallback,
            what,
            value -> value >= least && value <= most && value == Math.rint(value));
  }

  /** A string that is not blank. */
  public String text(String name, String fallback) throws TroubleException {
    Object value = value(name, fallback);
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    throw mustBe(name, "a text", value);
  }

  /** One of the {@code words}. */
  public String oneOf(String name, String fallback, String... words) throws TroubleException {
    Object value = value(name, fallback);
    List<String> choice = Arrays.asList(words);
    if (value instanceof String word && choice.contains(word)) {
      return word;
    }
    throw mustBe(name, "one of " + String.join(", ", choice), value);
  }

  /**
   * Refuses parameters that no code has read; called after all reads.
   *
   * @throws TroubleException if the job has a parameter that was not read
   */
  void refuseUnknown() throws TroubleException {
    for (String name : new TreeSet<>(given.keySet())) {
      if (!known.contains(name)) {
        throw new TroubleException(
            Trouble.program(
                "The program %s has no parameter %s."
                    .formatted(program, TrainingFailures.brief(name)),
                "Submit the job again without it; the program knows "
                    + String.join(", ", known)
                    + "."));
      }
    }
  }

  SortedSet<String> known() {
    return Collections.unmodifiableSortedSet(known);
  }

  private double number(String name, double fallback, String what, DoublePredicate holds)
      throws TroubleException {
    Object value = value(name, fallback);
    if (value instanceof Number number) {
      double asDouble = number.doubleValue();
      if (Double.isFinite(asDouble) && holds.test(asDouble)) {
        return asDouble;
      }
    }
    throw mustBe(name, what, value);
  }

  private Object value(String name, Object fallback) {
    known.add(name);
    known.add(scope + name);
    for (Map<String, Object> values : List.of(given, defaults)) {
      for (String key : List.of(scope + name, name)) {
        if (values.containsKey(key)) {
          return values.get(key);
        }
      }
    }
    return fallback;
  }

  private TroubleException mustBe(String name, String what, Object value) {
    String text = TrainingFailures.brief(String.valueOf(value));
    String shown = value instanceof String ? "\"" + text + "\"" : text;
    String asked = given.containsKey(scope + name) ? scope + name : name;
    return new TroubleException(
        Trouble.program(
            "The parameter %s of the program %s must be %s, not %s."
                .formatted(asked, program, what, shown),
            "Submit the job again with another value."));
  }
}
