package baton.cli.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code data}, for training data. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Puts training data where workers can fetch it.",
    subcommands = DataPutCommand.class)
public final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: baton data put DIR --name NAME --store drive");
  }
}
