package baton.proofs;

import baton.cli.CommandErrors;
import baton.proofs.bench.Bench;
import baton.proofs.bench.CoordinatorRates;
import baton.proofs.cluster.Cluster;
import baton.proofs.cluster.Crash;
import baton.proofs.demo.Demo;
import baton.proofs.exact.Exact;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the proofs and measurements. */
@Command(
    name = "baton",
    mixinStandardHelpOptions = true,
    description = "Proofs and measurements with real processes, for developers.",
    subcommands = {
      Demo.class,
      Exact.class,
      Crash.class,
      Cluster.class,
      CoordinatorRates.class,
      Bench.class
    })
public final class ProofsMain {
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", "baton/cli/logback.xml");
    System.exit(CommandErrors.toldIn(new CommandLine(new ProofsMain())).execute(args));
  }
}
