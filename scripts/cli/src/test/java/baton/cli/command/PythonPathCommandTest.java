package baton.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Where a script that runs by hand finds baton.py. */
class PythonPathCommandTest {
  @TempDir Path cache;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void theFolderHoldsTheLibraryAndNothingElse() throws IOException {
    assertThat(run(cache)).isZero();

    Path folder = printed();
    assertThat(folder).startsWith(cache).isAbsolute();
    assertThat(Files.list(folder)).containsExactly(folder.resolve("baton.py"));
    assertThat(folder.resolve("baton.py")).hasBinaryContent(delivered());
  }

  @Test
  void askedAgainItIsTheSameFolderAndMendedIfItWasCutShort() throws IOException {
    run(cache);
    Path folder = printed();
    Files.writeString(folder.resolve("baton.py"), "import");

    out.getBuffer().setLength(0);
    run(cache);

    assertThat(printed()).isEqualTo(folder);
    assertThat(folder.resolve("baton.py")).hasBinaryContent(delivered());
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsToldInASentence() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));

    assertThat(run(file)).isNotZero();

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("baton.py cannot be written into " + file, "--cache")
        .doesNotContain("Exception");
  }

  private Path printed() {
    return Path.of(out.toString().strip());
  }

  private static byte[] delivered() throws IOException {
    return Files.readAllBytes(
        Path.of("..", "..", "worker", "src", "main", "resources", "baton/worker/child/baton.py"));
  }

  private int run(Path into) {
    return new CommandLine(new PythonPathCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("--cache", into.toString());
  }
}
