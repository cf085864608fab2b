package baton.scripts;

import baton.scripts.demo.Demo;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of everything but the coordinator and the worker. */
@Command(
    name = "baton",
    mixinStandardHelpOptions = true,
    description = "A relay race for training jobs on machines that vanish.",
    subcommands = {Demo.class})
public final class ScriptsMain {
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/scripts/logback.xml");
    System.exit(new CommandLine(new ScriptsMain()).execute(args));
  }
}
