package baton.scripts.cli;

import baton.coordinator.Upkeep;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Takes the jobs of a stopped coordinator up from a back-up.",
      "",
      "All leases end, and no fence that was ever granted is granted again."
    })
public final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Installation installation = new Installation();

  @Parameters(paramLabel = "FILE", description = "The back-up.")
  private Path file;

  @Option(
      names = "--database",
      paramLabel = "DATABASE",
      description = "Where to restore it; default: the embedded database in the data directory.")
  private String database;

  @Option(
      names = "--replace",
      description =
          "Put it in the place of a database that holds jobs; an embedded one is kept beside it.")
  private boolean replace;

  @Override
  public Integer call() {
    long incarnation = Upkeep.restore(installation.at(database), file, replace, Clock.systemUTC());
    spec.commandLine()
        .getOut()
        .println(
            "The jobs of %s are restored as incarnation %d. Those that were under way are paused: the store may have newer checkpoints than the back-up. Start the coordinator, look at them with 'baton status', and let them go on with 'baton resume'."
                .formatted(file, incarnation));
    return 0;
  }
}
