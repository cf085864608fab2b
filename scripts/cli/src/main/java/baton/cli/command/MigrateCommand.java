package baton.cli.command;

import baton.coordinator.Upkeep;
import baton.coordinator.Upkeep.Migrated;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Moves a stopped installation to another database, which must be empty.",
      "",
      "What arrives is compared with what was sent before it counts; an old SQLite file is put"
          + " aside. Then start the coordinator with --database and the new one."
    })
public final class MigrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Installation installation = new Installation();

  @Option(
      names = "--from",
      paramLabel = "DATABASE",
      description = "The old database; default: the one in the data directory.")
  private String from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DATABASE",
      description = "The new one: postgresql://USER@HOST:PORT/NAME, or sqlite:FILE.")
  private String to;

  @Override
  public Integer call() {
    Migrated moved = Upkeep.migrate(installation.at(from), installation.address(to));
    PrintWriter out = spec.commandLine().getOut();
    moved.tables().forEach(table -> out.printf("  %-12s %d%n", table.name(), table.rows()));
    out.println("All rows arrived as they were sent. Start the coordinator with: --database " + to);
    moved.aside().ifPresent(file -> out.println("The old database is kept as " + file + "."));
    out.flush();
    return 0;
  }
}
