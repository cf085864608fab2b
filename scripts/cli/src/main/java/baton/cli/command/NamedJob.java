package baton.cli.command;

import baton.protocol.JobId;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** A job that a person names, by its name or its id. */
final class NamedJob {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "JOB", description = "The job's name or id.")
  private String job;

  /** A change of the job. */
  interface Change {
    JobView of(CoordinatorClient client, JobId id)
        throws ProblemException, UnreachableException, InterruptedException;
  }

  /** Changes the job and prints its state; returns the exit code. */
  int tell(Change change) {
    return tell(change, now -> "");
  }

  /**
   * Changes the job and prints its state; returns the exit code.
   *
   * @param more a further sentence, which begins with a space; may be empty
   */
  int tell(Change change, Function<JobView, String> more) {
    Optional<JobView> named = connection.ask(client -> client.jobNamed(job));
    JobId id = named.map(JobView::id).orElseGet(() -> new JobId(job));
    JobView now = connection.ask(client -> change.of(client, id));
    command
        .commandLine()
        .getOut()
        .printf(
            "%s is %s.%s%n",
            now.spec().name(), now.state().toLowerCase(Locale.ROOT), more.apply(now))
        .flush();
    return CommandLine.ExitCode.OK;
  }
}
