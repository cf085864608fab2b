package baton.cli.command;

import baton.protocol.message.JobView;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Lets a paused job go on, or a failed one try again.")
public final class ResumeCommand implements Callable<Integer> {
  @Mixin private NamedJob job = new NamedJob();

  @Option(
      names = "--accept-change",
      description =
          "Another script, other arguments or other files may go on from the last checkpoint than"
              + " made it, once.")
  private boolean acceptChange;

  @Override
  public Integer call() {
    String key = UUID.randomUUID().toString();
    return acceptChange
        ? job.tell((client, id) -> client.resumeAcceptingChange(id, key), ResumeCommand::accepted)
        : job.tell((client, id) -> client.resume(id));
  }

  private static String accepted(JobView now) {
    return Boolean.TRUE.equals(now.acceptChange())
        ? " Another script, other arguments or other files may go on from %s, once."
            .formatted(now.head().position())
        : " It has no checkpoint yet, so there is no change to accept.";
  }
}
