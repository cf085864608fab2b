package baton.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** How a command line tells what went wrong: in a sentence or two, without a stack trace. */
public final class CommandErrors {
  private CommandErrors() {}

  /** The same command line, whose every error is told like this. */
  public static CommandLine toldIn(CommandLine line) {
    return line.setParameterExceptionHandler((wrong, arguments) -> misuse(wrong))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(failure.getMessage());
              return ExitCode.SOFTWARE;
            });
  }

  private static int misuse(ParameterException wrong) {
    CommandLine line = wrong.getCommandLine();
    PrintWriter err = line.getErr();
    if (wrong instanceof MissingParameterException && lacksCommand(line)) {
      line.usage(err);
      return ExitCode.USAGE;
    }
    err.println(wrong.getMessage());
    return ExitCode.USAGE;
  }

  private static boolean lacksCommand(CommandLine line) {
    return false;
  }
}
