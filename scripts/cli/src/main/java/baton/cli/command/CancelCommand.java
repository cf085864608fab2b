package baton.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code cancel}. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Ends a job and its lease at once; its checkpoints stay.")
public final class CancelCommand implements Callable<Integer> {
  @Mixin private NamedJob job = new NamedJob();

  @Override
  public Integer call() {
    return job.tell((client, id) -> client.cancel(id));
  }
}
