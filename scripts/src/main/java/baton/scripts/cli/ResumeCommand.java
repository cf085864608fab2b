package baton.scripts.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Lets a paused job go on, or a failed one try again.")
public final class ResumeCommand implements Callable<Integer> {
  @Mixin private NamedJob job = new NamedJob();

  @Override
  public Integer call() {
    return job.tell((client, id) -> client.resume(id));
  }
}
