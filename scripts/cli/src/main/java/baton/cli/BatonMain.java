package baton.cli;

import baton.cli.CommandGroups.Group;
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
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The command line {@code baton}. It lists all commands with their help; {@code scripts/baton}
 * starts those that have a main class of their own.
 */
@Command(
    name = "baton",
    mixinStandardHelpOptions = true,
    description = "A relay race for training jobs on machines that vanish.",
    footer = {"", "baton COMMAND --help tells more of a command."},
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
  private static final List<Group> GROUPS =
      List.of(
          Group.of("Run Baton", "coordinator", "worker", "drive"),
          Group.of("Train", "submit", "status", "pause", "resume", "cancel"),
          Group.of("Prepare scripts and data", "drill", "python-path", "data"),
          Group.of(
              "Check, back up and rescue", "verify", "backup", "restore", "recover", "migrate"),
          Group.of(
              "For developers of Baton",
              "simulate",
              "demo",
              "exact",
              "crash",
              "cluster",
              "bench",
              "rates",
              "lipnet"));

  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/cli/logback.xml");
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new BatonMain());
    elsewhere(line, "coordinator", "Hands out leases and keeps the head of every job.");
    elsewhere(line, "worker", "Waits for a lease, trains it, gives it back, and waits again.");
    elsewhere(line, "simulate", "Plays a long job on short sessions, on a virtual clock.");
    elsewhere(line, "demo", "Shows a relay of killed workers that ends as the unbroken run does.");
    elsewhere(
        line, "exact", "Proves that relays of killed workers equal unbroken runs, bit for bit.");
    elsewhere(line, "crash", "Kills a coordinator under load, and looks for what it lost.");
    elsewhere(
        line,
        "cluster",
        "Kills three coordinators and cuts them off, and judges what clients saw.");
    elsewhere(line, "bench", "Measures what Baton promises about speed.");
    elsewhere(line, "rates", "Measures how many requests a coordinator answers.");
    elsewhere(line, "lipnet", "Trains lipnet, and measures how well it reads strangers.");
    return CommandErrors.toldIn(new CommandGroups(GROUPS).shownBy(line));
  }

  /** Lists a command that has a main class of its own. */
  private static void elsewhere(CommandLine line, String name, String description) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(new Elsewhere(name));
    spec.usageMessage().description(description);
    spec.parser().unmatchedArgumentsAllowed(true);
    line.addSubcommand(name, spec);
  }

  /** A command that the launcher starts. */
  record Elsewhere(String name) implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException(
          "scripts/baton %s starts this command; here it is only listed.".formatted(name));
    }
  }
}
