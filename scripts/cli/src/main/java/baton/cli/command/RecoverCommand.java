package baton.cli.command;

import baton.coordinator.BucketToCheck;
import baton.coordinator.OfflineJobs;
import baton.coordinator.RecoverySource;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.StoreContents.StoreUnreadable;
import baton.coordinator.relay.StoreRecovery.Finding;
import baton.coordinator.relay.StoreRecovery.Wishes;
import baton.storage.s3.S3Location;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code recover}. */
@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Recovers the jobs of a lost coordinator from their store alone.",
      "",
      "Each job goes on from the newest checkpoint that is whole and leads back to its start. Run"
          + " it on the coordinator's machine while no coordinator runs over the data directory;"
          + " then start one, and workers with its new tokens."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every job in the store was recovered",
      "1:some jobs were skipped, or none was found; the output says why",
      "2:an option is wrong"
    })
public final class RecoverCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--store",
      paramLabel = "directory|drive|s3",
      required = true,
      description = "Where the checkpoints are.")
  private String store;

  @Option(names = "--store-dir", paramLabel = "DIR", description = "The directory of the store.")
  private Path directory;

  @Mixin private BucketToCheck bucket = new BucketToCheck();

  @Option(names = "--drive-api", hidden = true, defaultValue = "https://www.googleapis.com/")
  private URI api;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:user.home}/.baton/coordinator",
      description = "The data directory to fill; default: ${DEFAULT-VALUE}.")
  private Path data;

  @Option(
      names = "--existing",
      description =
          "Allow a data directory that has jobs; they too go on from their newest complete checkpoint.")
  private boolean existing;

  @Option(
      names = "--epochs",
      paramLabel = "JOB=N",
      description = "The number of epochs of a job whose job.json is missing.")
  private Map<String, Integer> epochs = new LinkedHashMap<>();

  @Option(
      names = "--paused",
      description = "Pause the recovered jobs; 'baton resume' then lets each go on.")
  private boolean paused;

  @Override
  public Integer call() {
    try {
      RecoverySource read = open();
      try (OfflineJobs jobs = OfflineJobs.open(data)) {
        requireFresh(jobs);
        List<Finding> found =
            jobs.adopt(List.of(read), Clock.systemUTC(), new Wishes(epochs, paused));
        return tell(found);
      }
    } catch (StoreUnreadable e) {
      throw new CommandLine.ExecutionException(spec.commandLine(), e.getMessage());
    }
  }

  private RecoverySource open() {
    return switch (store) {
      case "directory" -> RecoverySource.inDirectory(requireDirectory());
      case "drive" -> RecoverySource.onDrive(data, api);
      case "s3" -> RecoverySource.inBucket(requireBucket());
      default ->
          throw wrong(
              "There is no store '%s': say --store directory, --store drive, or --store s3."
                  .formatted(store));
    };
  }

  private S3Location requireBucket() {
    return bucket
        .location()
        .orElseThrow(() -> wrong("Name the store's bucket with --s3 s3://BUCKET/PREFIX."));
  }

  private Path requireDirectory() {
    if (directory == null) {
      throw wrong("Name the store's directory with --store-dir DIR.");
    }
    return directory;
  }

  private void requireFresh(OfflineJobs jobs) {
    int known = jobs.count();
    if (known > 0 && !existing) {
      throw wrong(
          "%s has %d jobs already. Name a fresh data directory, or say --existing: then all leases end, and its jobs go on from the newest whole checkpoint in the store too."
              .formatted(data, known));
    }
  }

  private int tell(List<Finding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    if (findings.isEmpty()) {
      out.println(
          "There is no job in this store, so there is nothing to recover. Is it the right one?");
      out.flush();
      return 1;
    }
    for (Finding finding : findings) {
      out.println(finding.name() + " (" + finding.id() + "): " + became(finding));
      finding.sentences().forEach(sentence -> out.println("  " + sentence));
    }
    long taken = findings.stream().filter(finding -> finding.job().isPresent()).count();
    out.printf("%d of %d jobs taken up into %s.%n", taken, findings.size(), data);
    if (taken > 0) {
      out.printf("Now start the coordinator: baton coordinator --data %s%n", data);
    }
    out.flush();
    return taken == findings.size() ? 0 : 1;
  }

  private static String became(Finding finding) {
    return finding.job().map(RecoverCommand::stands).orElse("left alone");
  }

  private static String stands(Job job) {
    return "%s at %s of %d epochs, %d checkpoints kept"
        .formatted(job.state(), job.position(), job.spec().epochs(), job.kept().size());
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
