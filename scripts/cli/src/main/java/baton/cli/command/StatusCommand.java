package baton.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows all jobs: how far they are, who holds them, what stands in their way.",
      "",
      "Jobs that are over get one line each, except the newest."
    })
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection connection = new Connection();

  @Option(names = "--all", description = "Show jobs that are over in full as well.")
  private boolean all;

  @Override
  public Integer call() {
    String text = connection.ask(client -> client.statusText(all));
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
