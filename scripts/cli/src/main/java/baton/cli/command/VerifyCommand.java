package baton.cli.command;

import baton.cli.verify.CheckpointHistory;
import baton.cli.verify.Verification;
import baton.cli.verify.VerifyReport;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads a job's checkpoints from the store again, and says whether they are sound.",
      "With a token it compares them with the coordinator's history too; without one, or with the"
          + " coordinator away, the store speaks for itself."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:verified",
      "1:not verified: the last line names the file",
      "2:the command is wrong",
      "3:the store cannot be read now, which proves nothing"
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final int NOT_VERIFIED = 1;
  private static final int UNREADABLE = 3;

  @Spec private CommandSpec spec;
  @Mixin private StoreToRead store = new StoreToRead();
  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "JOB", description = "The job's name or id.")
  private String job;

  @Option(
      names = "--head",
      paramLabel = "SHA256",
      description = "The digest that the newest manifest must have, as status once told it.")
  private String head;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      Verification verification = new Verification(store.open(), line -> out.println(line));
      Optional<CheckpointHistory> history = history(out);
      JobId id = history.isPresent() ? history.get().job().id() : find(verification);
      VerifyReport report =
          verification.run(id, history, Optional.ofNullable(head).map(this::sha256));
      report.defects().forEach(defect -> out.println("! " + defect));
      out.println(report.verdict());
      return report.isVerified() ? ExitCode.OK : NOT_VERIFIED;
    } catch (StoreException | IOException e) {
      spec.commandLine().getErr().println("Could not verify: " + e.getMessage());
      return UNREADABLE;
    } finally {
      out.flush();
    }
  }

  /** What the coordinator recorded; empty if none is asked, none answers, or the job is unknown. */
  private Optional<CheckpointHistory> history(PrintWriter out) {
    if (!connection.hasToken()) {
      out.println("No token is given, so the store speaks for itself.");
      return Optional.empty();
    }
    Optional<Optional<CheckpointHistory>> answer =
        connection.askIfReached(
            client -> {
              Optional<JobView> named = client.jobNamed(job);
              Optional<JobView> known = named.isPresent() ? named : byId(client);
              return known.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      new CheckpointHistory(known.get(), client.checkpoints(known.get().id())));
            },
            why -> out.println(why + " So the store speaks for itself."));
    answer
        .filter(Optional::isEmpty)
        .ifPresent(none -> out.println("The coordinator knows no such job; the store may."));
    return answer.flatMap(known -> known);
  }

  private Optional<JobView> byId(CoordinatorClient client)
      throws UnreachableException, InterruptedException {
    try {
      return Optional.of(client.job(new JobId(job)));
    } catch (ProblemException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private JobId find(Verification verification) throws StoreException, IOException {
    return verification
        .find(job)
        .orElseThrow(
            () -> wrong("The store holds no checkpoint of a job with the id or name " + job + "."));
  }

  private Sha256 sha256(String text) {
    try {
      return new Sha256(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--head takes the whole digest: " + e.getMessage() + ".");
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
