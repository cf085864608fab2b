package baton.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code pause}. */
@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = "Pauses a job; its holder saves and gives the lease back first.")
public final class PauseCommand implements Callable<Integer> {
  @Mixin private NamedJob job = new NamedJob();

  @Override
  public Integer call() {
    return job.tell((client, id) -> client.pause(id));
  }
}
