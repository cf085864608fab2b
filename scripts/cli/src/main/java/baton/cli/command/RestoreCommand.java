package baton.cli.command;

import baton.coordinator.BucketToCheck;
import baton.coordinator.RecoverySource;
import baton.coordinator.Upkeep;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.relay.StoreRecovery.Finding;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Restores the jobs of a stopped coordinator from a back-up.",
      "",
      "All leases end, and no fence that was ever granted is granted again."
    })
public final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Installation installation = new Installation();

  @Parameters(paramLabel = "FILE", description = "The back-up.")
  private Path file;

  @Option(
      names = "--database",
      paramLabel = "DATABASE",
      description = "Where to restore it; default: the embedded database in the data directory.")
  private String database;

  @Option(
      names = "--replace",
      description =
          "Put it in the place of a database that holds jobs; an embedded one is kept beside it.")
  private boolean replace;

  @Option(
      names = "--store-dir",
      paramLabel = "DIR",
      description =
          "A directory store to look in for newer checkpoints than the back-up's. The jobs of a store that is not named are paused.")
  private Path directory;

  @Option(
      names = "--store",
      paramLabel = "drive",
      description =
          "Look in Google Drive too, as the coordinator of this data directory is signed in to it, or else this machine.")
  private String store;

  @Mixin private BucketToCheck bucket = new BucketToCheck();

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Override
  public Integer call() {
    try {
      List<Finding> findings =
          Upkeep.restore(installation.at(database), file, stores(), replace, Clock.systemUTC());
      PrintWriter out = spec.commandLine().getOut();
      for (Finding finding : findings) {
        out.println(finding.name() + ": " + told(finding));
      }
      out.printf(
          "%s of %s taken up. Start the coordinator; 'baton resume' lets a paused job go on.%n",
          findings.size() == 1 ? "1 job" : findings.size() + " jobs", file);
      out.flush();
      return 0;
    } catch (StoreUnreadable e) {
      throw new CommandLine.ExecutionException(
          spec.commandLine(),
          e.getMessage()
              + " Nothing was changed. Try again once it can be read, or leave that store out: then its jobs are paused.");
    }
  }

  private static String told(Finding finding) {
    String stands =
        finding
            .job()
            .map(
                job ->
                    "%s at %s."
                        .formatted(job.state().name().toLowerCase(Locale.ROOT), job.position()))
            .orElse("left alone.");
    return finding.sentences().isEmpty()
        ? stands
        : stands + " " + String.join(" ", finding.sentences());
  }

  private List<RecoverySource> stores() {
    List<RecoverySource> stores = new ArrayList<>();
    if (store != null && !store.equals("drive")) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no store '%s': say --store drive, or name a directory with --store-dir DIR."
              .formatted(store));
    }
    if (directory != null) {
      stores.add(RecoverySource.inDirectory(directory));
    }
    bucket.location().map(RecoverySource::inBucket).ifPresent(stores::add);
    if (store != null) {
      stores.add(RecoverySource.onDrive(installation.data(), api));
    }
    return stores;
  }
}
