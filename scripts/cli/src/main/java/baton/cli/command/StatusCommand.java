package baton.cli.command;

import baton.protocol.client.CoordinatorClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code status}: everything at a glance. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows all jobs: how far they are, who holds them, what stands in their way.")
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection connection = new Connection();

  @Override
  public Integer call() {
    String text = connection.ask(CoordinatorClient::statusText);
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
