package baton.protocol.checkpoint;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A path within a directory store, as manifests write it: from the root, with forward slashes.
 * Manifests are untrusted, so their paths must not lead out of the root.
 */
public final class StorePath {
  private StorePath() {}

  /**
   * Resolves {@code path} under {@code root}.
   *
   * @throws IllegalArgumentException if it leads out of the root, by dots or by a symbolic link
   */
  public static Path resolve(Path root, String path) {
    Path place = root;
    for (String step : path.split("/", -1)) {
      place = resolveStep(place, step, path);
    }
    return place;
  }

  private static Path resolveStep(Path from, String step, String path) {
    if (step.isEmpty() || step.equals(".") || step.equals("..") || step.contains("\\")) {
      throw leadsOut(path);
    }
    try {
      Path place = from.resolve(step);
      if (place.getNameCount() != from.getNameCount() + 1 || Files.isSymbolicLink(place)) {
        throw leadsOut(path);
      }
      return place;
    } catch (InvalidPathException e) {
      throw leadsOut(path);
    }
  }

  private static IllegalArgumentException leadsOut(String path) {
    return new IllegalArgumentException("the path \"" + path + "\" leads out of the store");
  }
}
