package baton.cli.command;

import baton.coordinator.Upkeep;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code backup}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copies a coordinator's database, as it is at one instant, into a file.",
      "",
      "The coordinator may go on meanwhile. The tokens of a data directory are not in it; those of"
          + " a cluster are, as hashes."
    })
public final class BackupCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Installation installation = new Installation();

  @Parameters(paramLabel = "FILE", description = "The back-up to write; none is ever overwritten.")
  private Path file;

  @Option(
      names = "--database",
      paramLabel = "DATABASE",
      description = "As the coordinator has it; default: the one in the data directory.")
  private String database;

  @Override
  public Integer call() {
    long jobs = Upkeep.backup(installation.at(database), file);
    spec.commandLine()
        .getOut()
        .println("%s holds %s.".formatted(file, jobs == 1 ? "1 job" : jobs + " jobs"));
    return 0;
  }
}
