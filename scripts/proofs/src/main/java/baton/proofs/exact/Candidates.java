package baton.proofs.exact;

import baton.cli.relay.Subject;
import baton.cli.relay.WorkerPrograms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs that are proven exact when none is named: short runs that draw at random. */
final class Candidates {
  private static final long SEED = 20;

  /** Small clips and a small network: a few batches a second on one thread. */
  private static final Map<String, Object> SMALL_LIPNET =
      Map.of(
          "clipsPerEpoch", 32,
          "speakers", 4,
          "heldOutSpeakers", 1,
          "heldOutClips", 2,
          "height", 16,
          "width", 24,
          "channels", 4,
          "units", 16,
          "dropout", 0.2);

  /** Two networks with accumulated gradients, averaged weights and prefetched examples. */
  private static final Map<String, Object> WITH_ALL_STATE =
      Map.of("accumulate", 3, "ema", 0.99, "prefetch", 2);

  /** An example script, and how many epochs it trains. */
  private record Example(String file, int epochs, String module) {}

  private static final List<Example> EXAMPLES =
      List.of(
          new Example("digits_torch.py", 4, "torch"),
          new Example("gan_torch.py", 3, "torch"),
          new Example("chargpt.py", 12, "torch"),
          new Example("digits_keras.py", 24, "keras"));

  private Candidates() {}

  /** The programs that are part of the worker. */
  static List<ExactCandidate> builtIn() {
    return WorkerPrograms.names().stream().map(Candidates::ofWorker).toList();
  }

  private static ExactCandidate ofWorker(String name) {
    return name.equals("lipnet")
        ? ours(name, Optional.empty(), SMALL_LIPNET, 9)
        : ours(name, Optional.empty(), Map.of(), 4);
  }

  /**
   * The examples that can run here.
   *
   * @param missing told of each that cannot, in a sentence
   */
  static List<ExactCandidate> examples(Path folder, Python python, List<String> missing) {
    List<ExactCandidate> found = new ArrayList<>();
    for (Example example : EXAMPLES) {
      Optional<String> interpreter = python.having(example.module());
      if (interpreter.isPresent()) {
        String command = script(interpreter.get(), folder.resolve(example.file()));
        String name = example.file().replace(".py", "");
        found.add(ours(name, Optional.of(command), Map.of(), example.epochs()));
      } else {
        missing.add(
            "%s is skipped: no python3 here has %s.".formatted(example.file(), example.module()));
      }
    }
    return found;
  }

  private static ExactCandidate ours(
      String name, Optional<String> command, Map<String, Object> parameters, int epochs) {
    return new ExactCandidate(
        name, new Subject(name, command, List.of(), parameters, epochs, SEED), true);
  }

  /**
   * The program that a person names.
   *
   * @param epochs if empty, a default for a program of the worker, otherwise 3
   */
  static ExactCandidate named(
      String program, Python python, Map<String, Object> parameters, Optional<Integer> epochs) {
    if (WorkerPrograms.names().contains(program)) {
      Subject base = ofWorker(program).subject();
      Map<String, Object> merged = new LinkedHashMap<>(base.parameters());
      merged.putAll(parameters);
      return new ExactCandidate(
          program,
          new Subject(
              program, Optional.empty(), List.of(), merged, epochs.orElse(base.epochs()), SEED),
          parameters.isEmpty());
    }
    Path script = Path.of(program).toAbsolutePath();
    String command = script(python.best(), script);
    String name = script.getFileName().toString().replaceAll("\\.py$", "");
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[^A-Za-z0-9]+", "");
    return new ExactCandidate(
        name,
        new Subject(
            safe.isEmpty() ? "script" : safe,
            Optional.of(command),
            List.of(),
            parameters,
            epochs.orElse(3),
            SEED),
        false);
  }

  private static String script(String python, Path file) {
    return "%s '%s'".formatted(python, file);
  }
}
