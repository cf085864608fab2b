package baton.cli.command;

import baton.protocol.IoReason;
import baton.protocol.Sha256;
import baton.worker.WorkerMain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code python-path}. The folder's name contains the library's hash, so that other
 * versions of Baton keep theirs.
 */
@Command(
    name = "python-path",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a folder that holds baton.py and nothing else, to run a script by hand.",
      "",
      "  PYTHONPATH=$(scripts/baton python-path) python train.py"
    })
public final class PythonPathCommand implements Callable<Integer> {
  private static final String LIBRARY = "baton.py";
  private static final String RESOURCE = "/baton/worker/child/" + LIBRARY;

  @Spec private CommandSpec spec;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      defaultValue = "${env:XDG_CACHE_HOME:-${sys:user.home}/.cache}",
      description = "Where the folder lies. Default: $XDG_CACHE_HOME, or ~/.cache")
  private Path cache;

  @Override
  public Integer call() {
    try {
      byte[] library = library();
      Path folder =
          cache.toAbsolutePath().resolve("baton/python").resolve(Sha256.of(library).brief());
      if (!holds(folder, library)) {
        write(folder, library);
      }
      spec.commandLine().getOut().println(folder);
      return ExitCode.OK;
    } catch (IOException e) {
      spec.commandLine()
          .getErr()
          .println(
              "baton.py cannot be written into %s: %s. Name another folder with --cache."
                  .formatted(cache, IoReason.of(e)));
      return ExitCode.SOFTWARE;
    }
  }

  private static byte[] library() throws IOException {
    try (InputStream resource = WorkerMain.class.getResourceAsStream(RESOURCE)) {
      return resource.readAllBytes();
    }
  }

  private static boolean holds(Path folder, byte[] library) throws IOException {
    Path file = folder.resolve(LIBRARY);
    return Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), library);
  }

  /** Writes atomically: a script may be importing the file, or another command writing it. */
  private static void write(Path folder, byte[] library) throws IOException {
    Files.createDirectories(folder);
    Path written = Files.createTempFile(folder.getParent(), LIBRARY, null);
    Files.write(written, library);
    Files.move(
        written,
        folder.resolve(LIBRARY),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
