package baton.cli;

import baton.cli.command.BackupCommand;
import baton.cli.command.CancelCommand;
import baton.cli.command.DataCommand;
import baton.cli.command.DriveCommand;
import baton.cli.command.MigrateCommand;
import baton.cli.command.PauseCommand;
import baton.cli.command.PythonPathCommand;
import baton.cli.command.RecoverCommand;
import baton.cli.command.RestoreCommand;
import baton.cli.command.ResumeCommand;
import baton.cli.command.StatusCommand;
import baton.cli.command.SubmitCommand;
import baton.cli.command.VerifyCommand;
import baton.cli.drill.Drill;
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
      RecoverCommand.class
    })
public final class BatonMain {
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/cli/logback.xml");
    System.exit(commandLine().execute(args));
  }

  /** Every failure is told in a sentence, without a stack trace. */
  static CommandLine commandLine() {
    return new CommandLine(new BatonMain())
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
