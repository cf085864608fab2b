package baton.proofs.exact;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Optional;

/**
 * The Python that runs scripts here: the first candidate that has the modules a script needs. A
 * distribution's packages belong to its own {@code /usr/bin/python3}, which need not be the first
 * on the path.
 */
final class Python {
  private static final List<String> USUAL = List.of("python3", "/usr/bin/python3");

  private final List<String> candidates;

  /**
   * @param chosen by a person; if empty, the usual ones
   */
  Python(Optional<String> chosen) {
    this.candidates = chosen.map(List::of).orElse(USUAL);
  }

  /** A Python that can import {@code module}. */
  Optional<String> having(String module) {
    return candidates.stream().filter(python -> runs(python, "import " + module)).findFirst();
  }

  /** A Python with PyTorch, or else the first candidate. */
  String best() {
    return having("torch").orElse(candidates.get(0));
  }

  private static boolean runs(String python, String program) {
    try {
      return new ProcessBuilder(python, "-c", program)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
