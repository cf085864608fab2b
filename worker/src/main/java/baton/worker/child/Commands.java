package baton.worker.child;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether a command can be started at all: most that cannot be are mistyped. */
final class Commands {
  private Commands() {}

  /** What is missing of it, in a sentence; empty: nothing that can be seen from outside. */
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

  /** The script that a Python is given, if it is given one: not what follows {@code -c} or -m. */
  private static Optional<String> script(List<String> command) {
    return command.stream()
        .skip(1)
        .takeWhile(word -> !word.equals("-c") && !word.equals("-m"))
        .filter(word -> word.endsWith(".py"))
        .findFirst()
        .filter(script -> Path.of(command.get(0)).getFileName().toString().startsWith("python"));
  }
}
