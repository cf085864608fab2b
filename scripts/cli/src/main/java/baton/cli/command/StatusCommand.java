package baton.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code status}: everything at a glance. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows all jobs: how far they are, who holds them, what stands in their way.",
      "",
      "Of jobs that are over a line each, but for the newest."
    })
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection connection = new Connection();

  @Option(names = "--all", description = "Show jobs that are over whole, too.")
  private boolean all;

  @Override
  public Integer call() {
    String text = connection.ask(client -> client.statusText(all));
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
