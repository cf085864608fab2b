package baton.cli.command;

import baton.storage.drive.oauth.ConsentFile;
import baton.storage.drive.oauth.SignInException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The coordinator whose sign-in a command uses, named by its data directory. */
final class DataOption {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.baton/coordinator",
      description = "The coordinator's data directory. Default: ${DEFAULT-VALUE}")
  private Path folder;

  /** An operation whose failure ends the command with a message. */
  interface Deed<T> {
    T with(ConsentFile file) throws SignInException, InterruptedException;
  }

  <T> T attempt(Deed<T> deed) {
    try {
      return deed.with(new ConsentFile(folder));
    } catch (SignInException e) {
      throw new CommandLine.ExecutionException(command.commandLine(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandLine.ExecutionException(command.commandLine(), "Interrupted.");
    }
  }
}
