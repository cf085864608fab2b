package baton.cli;

import baton.protocol.Similar;
import java.io.PrintWriter;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports errors of a command line in a few lines, without a stack trace. */
public final class CommandErrors {
  private CommandErrors() {}

  /** Makes {@code line} report its errors like this. */
  public static CommandLine toldIn(CommandLine line) {
    return line.setParameterExceptionHandler(CommandErrors::misuse)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(failure.getMessage());
              return ExitCode.SOFTWARE;
            });
  }

  private static int misuse(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    PrintWriter err = line.getErr();
    if (arguments.length == 0) {
      line.usage(err); // no command was given
      return ExitCode.USAGE;
    }
    err.println(mistyped(wrong).orElseGet(wrong::getMessage));
    err.printf("'%s --help' tells what there is.%n", line.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  /** The message about a command or an option that does not exist, if one was typed. */
  private static Optional<String> mistyped(ParameterException wrong) {
    CommandLine line = wrong.getCommandLine();
    CommandSpec spec = line.getCommandSpec();
    // A mistyped option is reported before the required option that is missing because of it.
    Optional<String> option =
        line.getUnmatchedArguments().stream().filter(typed -> typed.startsWith("-")).findFirst();
    if (option.isPresent()) {
      String name = Similar.name(option.get());
      String guess = Similar.guess(name, spec.optionsMap().keySet());
      return Optional.of("'%s' has no option '%s'.%s".formatted(spec.qualifiedName(), name, guess));
    }
    if (wrong instanceof UnmatchedArgumentException unmatched && !spec.subcommands().isEmpty()) {
      String name = unmatched.getUnmatched().get(0);
      String guess = Similar.guess(name, spec.subcommands().keySet());
      return Optional.of(
          "There is no command '%s %s'.%s".formatted(spec.qualifiedName(), name, guess));
    }
    return Optional.empty();
  }
}
