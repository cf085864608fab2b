package baton.proofs.process;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** PostgreSQL's programs: the machine's own, or else those that a test library brings along. */
public final class EmbeddedBinaries {
  private EmbeddedBinaries() {}

  public static PostgresBinaries find() throws IOException {
    var installed = PostgresBinaries.find();
    return installed.isPresent() ? installed.get() : unpacked();
  }

  /** The library unpacks them when it starts its first server. */
  private static PostgresBinaries unpacked() throws IOException {
    Path folder = Files.createTempDirectory("baton-postgres-");
    EmbeddedPostgres.builder().setOverrideWorkingDirectory(folder.toFile()).start().close();
    try (Stream<Path> all = Files.walk(folder)) {
      Path postgres = all.filter(file -> file.endsWith("bin/postgres")).findFirst().orElseThrow();
      return new PostgresBinaries(postgres.getParent());
    }
  }
}
