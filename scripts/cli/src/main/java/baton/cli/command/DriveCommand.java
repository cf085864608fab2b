package baton.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code drive}: the coordinator's sign-in to Google Drive. */
@Command(
    name = "drive",
    mixinStandardHelpOptions = true,
    description = {
      "Signs a coordinator in to a Google Drive, so that its workers need no sign-in of their own.",
      "Run it on the coordinator's machine, as its user."
    },
    footer = "docs/guide/drive.md has the steps to an OAuth client of your own.",
    subcommands = {DriveLoginCommand.class, DriveStatusCommand.class, DriveLogoutCommand.class})
public final class DriveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Without a subcommand it prints the usage. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.USAGE;
  }
}
