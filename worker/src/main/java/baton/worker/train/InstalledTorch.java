package baton.worker.train;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PyTorch that is installed on the machine, at {@code PYTORCH_LIBRARY_PATH}. A version that Baton
 * is not built for loads without an error and then crashes the JVM at the first array, so it is
 * refused before it is loaded.
 */
final class InstalledTorch {
  private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+\\.\\d+)");
  private static final String REMEDY =
      "Install PyTorch %s into a folder of its own, and set PYTORCH_LIBRARY_PATH to its lib folder"
          + " and PYTORCH_FLAVOR to cpu or cu128; or unset PYTORCH_LIBRARY_PATH to use the PyTorch"
          + " that comes with Baton, on the CPU.";

  private InstalledTorch() {}

  /**
   * @throws TroubleException of kind MACHINE if there is one that does not fit
   */
  static void require(String version, Map<String, String> environment) throws TroubleException {
    String path = variable(environment, "PYTORCH_LIBRARY_PATH");
    if (path.isEmpty()) {
      return;
    }
    Optional<String> found = versionAt(Path.of(path));
    // Without a version file, the user's PYTORCH_VERSION counts.
    String stated = found.orElse(environment.getOrDefault("PYTORCH_VERSION", "of unknown version"));
    if (!stated.equals(version)) {
      throw machine(
          version, "The PyTorch at %s is %s; Baton needs %s.".formatted(path, stated, version));
    }
    if (variable(environment, "PYTORCH_FLAVOR").isEmpty()) {
      throw machine(version, "PYTORCH_LIBRARY_PATH is set, and PYTORCH_FLAVOR is not.");
    }
  }

  /** The platform PyTorch is built for, such as {@code cpu} or {@code cu128}. */
  static String flavor(Map<String, String> environment) {
    boolean installed = !variable(environment, "PYTORCH_LIBRARY_PATH").isEmpty();
    return installed ? variable(environment, "PYTORCH_FLAVOR") : "cpu";
  }

  private static String variable(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "").strip();
  }

  /** Reads the version from the Python package, or from the C++ library's archive. */
  private static Optional<String> versionAt(Path library) {
    Path lib = Files.isDirectory(library) ? library : library.toAbsolutePath().getParent();
    for (String teller : new String[] {"../version.py", "../build-version"}) {
      Path file = lib.resolve(teller).normalize();
      try {
        Matcher matcher = VERSION.matcher(Files.readString(file));
        if (matcher.find()) {
          return Optional.of(matcher.group(1));
        }
      } catch (IOException e) {
        continue;
      }
    }
    return Optional.empty();
  }

  private static TroubleException machine(String version, String message) {
    return new TroubleException(Trouble.machine(message, REMEDY.formatted(version)));
  }
}
