package baton.cli.command;

import baton.coordinator.Upkeep;
import baton.coordinator.store.DatabaseAddress;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The installation of a coordinator that a command works on. */
final class Installation {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.baton/coordinator",
      description = "The data directory of the coordinator; default: ${DEFAULT-VALUE}.")
  private Path data;

  /** Not given on the command line, where every user of the machine could read it. */
  @Option(
      names = "--password-from-environment",
      hidden = true,
      defaultValue = "${env:BATON_DATABASE_PASSWORD}")
  private String password;

  Path data() {
    return data;
  }

  /**
   * @param database as a person names it; null for the embedded one in the data directory
   */
  Upkeep.InstalledDatabase at(String database) {
    return new Upkeep.InstalledDatabase(
        data,
        Optional.ofNullable(database).map(this::address),
        Optional.ofNullable(password).filter(text -> !text.isEmpty()));
  }

  DatabaseAddress address(String database) {
    try {
      return DatabaseAddress.parse(database);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage());
    }
  }
}
