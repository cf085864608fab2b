package baton.scripts;

import baton.scripts.bench.Bench;
import baton.scripts.bench.CoordinatorRates;
import baton.scripts.cli.BackupCommand;
import baton.scripts.cli.CancelCommand;
import baton.scripts.cli.DataCommand;
import baton.scripts.cli.DriveCommand;
import baton.scripts.cli.MigrateCommand;
import baton.scripts.cli.PauseCommand;
import baton.scripts.cli.PythonPathCommand;
import baton.scripts.cli.RecoverCommand;
import baton.scripts.cli.RestoreCommand;
import baton.scripts.cli.ResumeCommand;
import baton.scripts.cli.SimulateCommand;
import baton.scripts.cli.StatusCommand;
import baton.scripts.cli.SubmitCommand;
import baton.scripts.cli.VerifyCommand;
import baton.scripts.cluster.Cluster;
import baton.scripts.crash.Crash;
import baton.scripts.demo.Demo;
import baton.scripts.drill.Drill;
import baton.scripts.exact.Exact;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** The command line of everything but the coordinator and the worker. */
@Command(
    name = "baton",
    mixinStandardHelpOptions = true,
    description = "A relay race for training jobs on machines that vanish.",
    footer = "baton coordinator --help and baton worker --help tell of the long-lived two.",
    subcommands = {
      SubmitCommand.class,
      StatusCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      CancelCommand.class,
      DataCommand.class,
      DriveCommand.class,
      VerifyCommand.class,
      Drill.class,
      PythonPathCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      MigrateCommand.class,
      RecoverCommand.class,
      SimulateCommand.class,
      Demo.class,
      Exact.class,
      Crash.class,
      Cluster.class,
      CoordinatorRates.class,
      Bench.class
    })
public final class ScriptsMain {
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/scripts/logback.xml");
    System.exit(commandLine().execute(args));
  }

  /** Every failure is told in a sentence, without a stack trace. */
  static CommandLine commandLine() {
    return new CommandLine(new ScriptsMain())
        .setParameterExceptionHandler(
            (wrong, arguments) -> {
              CommandLine line = wrong.getCommandLine();
              line.getErr().println(wrong.getMessage());
              if (line.getParent() == null) {
                line.usage(line.getErr());
              }
              return ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(failure.getMessage());
              return ExitCode.SOFTWARE;
            });
  }
}
