package baton.worker.child;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Checks whether a command can be started, mainly to find typing errors. */
final class Commands {
  private Commands() {}

  /** The part of the command that is missing, in a sentence; empty if none is found. */
  static Optional<String> missing(List<String> command, Path folder, String path) {
    String first = command.get(0);
    boolean isThere =
        first.contains(File.separator)
            ? Files.isExecutable(folder.resolve(first))
            : Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                .anyMatch(place -> Files.isExecutable(folder.resolve(place).resolve(first)));
    if (!isThere) {
      return Optional.of("there is no command %s on this machine".formatted(first));
    }
    return script(command)
        .filter(script -> !Files.isReadable(folder.resolve(script)))
        .map(script -> "there is no script %s in %s".formatted(script, folder));
  }

  /**
   * The script of a Python command, if it has one; arguments after {@code -c} or -m do not count.
   */
  private static Optional<String> script(List<String> command) {
    return command.stream()
        .skip(1)
        .takeWhile(word -> !word.equals("-c") && !word.equals("-m"))
        .filter(word -> word.endsWith(".py"))
        .findFirst()
        .filter(script -> Path.of(command.get(0)).getFileName().toString().startsWith("python"));
  }
}
