package baton.cli.relay;

import baton.cli.process.WorkerProcess;
import baton.protocol.JobSpec;
import baton.protocol.Policy;
import baton.protocol.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program whose relay is compared with its unbroken run.
 *
 * @param program its name, as used by the job and the worker
 * @param command of a script; empty: the worker finds it
 * @param jars that the worker is given for it
 */
public record Subject(
    String program,
    Optional<String> command,
    List<Path> jars,
    Map<String, Object> parameters,
    int epochs,
    long seed) {
  /** The shortest ttl that is allowed, since the next worker waits that long after a kill. */
  private static final Duration TTL = Duration.ofSeconds(1);

  /** Nothing is pruned, and no number of kills pauses the job. */
  private static final int MANY = 1_000;

  /**
   * With segments of one epoch each epoch's end is saved whatever the cadence; nobody else waits,
   * so there is no hand-over.
   */
  private static final int EACH_EPOCH_IS_SAVED = 1;

  public Subject {
    jars = List.copyOf(jars);
    parameters = Map.copyOf(parameters);
  }

  /** This subject with another command. */
  public Subject runBy(String otherCommand) {
    return new Subject(program, Optional.of(otherCommand), jars, parameters, epochs, seed);
  }

  /** How to start a worker for it, which ends after one lease. */
  public WorkerProcess.Start worker(
      int threads, String device, Path store, Map<String, String> environment) {
    List<String> arguments =
        new ArrayList<>(List.of("--store-dir", store.toString(), "--device", device, "--once"));
    command.ifPresent(words -> arguments.addAll(List.of("--program", program + "=" + words)));
    jars.forEach(jar -> arguments.addAll(List.of("--program-jar", jar.toString())));
    return WorkerProcess.Start.of(threads, arguments, environment);
  }

  /** A job for it that is never handed over without a kill. */
  JobSpec job(String name, Plan plan) {
    Policy policy =
        Policy.DEFAULT
            .withTtl(TTL)
            .withSegmentEpochs(EACH_EPOCH_IS_SAVED)
            .withCadence(plan.cadence())
            .withLostInARow(MANY)
            .keeping(MANY, Retention.NEWEST_ONLY);
    return JobSpec.of(name, program, epochs)
        .withParameters(parameters)
        .withSeed(seed)
        .withPolicy(plan.isAllowedByJobs() ? policy.silentFor(plan.longestSilence()) : policy);
  }
}
