package baton.cli.command;

import baton.cli.data.ArchiveTarget;
import baton.cli.data.DirectoryTarget;
import baton.cli.data.DriveTarget;
import baton.cli.data.Put;
import baton.protocol.Data;
import baton.protocol.IoReason;
import baton.protocol.Json;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.StoreException;
import baton.worker.HumanUnits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code data put}: packs a folder, uploads it, and prints the reference for a job. */
@Command(
    name = "put",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Packs a folder and puts it where workers fetch it; after a kill, run it again.",
      "What you upload to Google Drive by hand Baton cannot see: it sees its own files only."
    })
public final class DataPutCommand implements Callable<Integer> {
  private static final String ROOT = "data/";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The folder to pack.")
  private Path folder;

  @Option(names = "--name", required = true, description = "A name for the data.")
  private String name;

  @Option(names = "--store", paramLabel = "drive", description = "Put it into Google Drive.")
  private String kind;

  @Option(
      names = "--store-dir",
      paramLabel = "DIR",
      description = "Put it into a directory that every worker sees at this path.")
  private Path directory;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the reference for a job. Default: NAME.data.json")
  private Path out;

  @Option(
      names = "--shard",
      paramLabel = "SIZE",
      defaultValue = "256MB",
      description = "About how large an archive is. Default: ${DEFAULT-VALUE}")
  private String shard;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where one archive at a time is packed. Default: ${DEFAULT-VALUE}")
  private Path spool;

  @Mixin private DriveOptions drive = new DriveOptions();

  @Override
  public Integer call() {
    if ((kind == null) == (directory == null) || (kind != null && !kind.equals("drive"))) {
      throw wrong("Say where to put it: either --store drive, or --store-dir DIR.");
    }
    try {
      run();
      return 0;
    } catch (IllegalArgumentException e) {
      throw wrong(sentence(e.getMessage()));
    } catch (StoreException e) {
      throw failed(e.getMessage());
    } catch (IOException e) {
      throw failed(
          "Could not pack or put %s: %s. Correct that, and run the command again: what is there already is not sent again."
              .formatted(folder, IoReason.of(e)));
    }
  }

  private void run() throws StoreException, IOException {
    Data.requireName(name);
    Path packing = Files.createTempDirectory(spool, "baton-data-");
    try {
      Put put = Put.of(folder, HumanUnits.bytes(shard), packing);
      Data data;
      try (DataBar bar = new DataBar(name, put.bytes(), System.console() != null)) {
        data = put.to(target(), name, bar::moved);
      }
      Path reference = out == null ? Path.of(name + ".data.json") : out;
      Files.writeString(reference, Json.writer().writeValueAsString(data) + "\n");
      tell(put, data, reference);
    } finally {
      Files.deleteIfExists(packing.resolve("packing"));
      Files.deleteIfExists(packing);
    }
  }

  private void tell(Put put, Data data, Path reference) {
    PrintWriter terminal = spec.commandLine().getOut();
    terminal.printf(
        Locale.ROOT,
        "Put %s@%s: %d files in %d archives, %.1f MB; %d sent, %d there already.%n",
        name,
        data.digest().brief(),
        put.files(),
        data.files().size(),
        data.bytes() / 1e6,
        put.sent(),
        data.files().size() - put.sent());
    terminal.printf("Train on it with: baton submit PROGRAM --data %s%n", reference).flush();
  }

  private ArchiveTarget target() throws StoreException, IOException {
    if (directory != null) {
      return new DirectoryTarget(directory.resolve(ROOT + name));
    }
    return new DriveTarget(drive.open(DataPutCommand::newStore), ROOT + name);
  }

  private static StoreId newStore() {
    return new StoreId("store-" + Long.toHexString(new SecureRandom().nextLong()));
  }

  private static String sentence(String message) {
    return message.endsWith(".") ? message : message + ".";
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  private CommandLine.ExecutionException failed(String sentence) {
    return new CommandLine.ExecutionException(spec.commandLine(), sentence);
  }
}
