package baton.simulation;

import baton.cli.CommandErrors;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the simulation. */
@Command(
    name = "baton",
    mixinStandardHelpOptions = true,
    description = "Plays the real rules on a virtual clock.",
    subcommands = SimulateCommand.class)
public final class SimulationMain {
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/cli/logback.xml");
    System.exit(CommandErrors.toldIn(new CommandLine(new SimulationMain())).execute(args));
  }
}
