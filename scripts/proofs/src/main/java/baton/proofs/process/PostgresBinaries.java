package baton.proofs.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of PostgreSQL's programs on this machine. */
public record PostgresBinaries(Path folder) {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  /** Finds Debian's newest version, or else one in the usual places. */
  public static Optional<PostgresBinaries> find() throws IOException {
    Stream<Path> debian = Stream.empty();
    if (Files.isDirectory(DEBIAN)) {
      debian =
          Files.list(DEBIAN)
              .sorted(Comparator.comparing(Path::toString).reversed())
              .map(version -> version.resolve("bin"));
    }
    Stream<Path> others =
        Stream.of("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin").map(Path::of);
    try (Stream<Path> all = Stream.concat(debian, others)) {
      return all.filter(folder -> Files.isExecutable(folder.resolve("postgres")))
          .map(PostgresBinaries::new)
          .findFirst();
    }
  }

  public String program(String name) {
    return folder.resolve(name).toString();
  }
}
