package baton.cli.process;

import baton.worker.WorkerMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A worker process, with the child processes of its program; it reports every batch. */
public final class WorkerProcess implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final JavaProcess process;

  private WorkerProcess(JavaProcess process) {
    this.process = process;
  }

  /**
   * How a worker is started.
   *
   * @param main the name of the main class: {@link WorkerMain} or a variant of it
   * @param threads the number of training threads; they do not spin, since the machine is shared
   * @param arguments in addition to those that every worker of a site has
   * @param environment variables added to this process's own
   * @param directory its working directory; empty for that of this process
   */
  public record Start(
      String main,
      int threads,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> directory) {
    public Start {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }

    /** This start with more arguments. */
    public Start with(String... more) {
      List<String> all = new ArrayList<>(arguments);
      all.addAll(List.of(more));
      return new Start(main, threads, all, environment, directory);
    }

    /** This start with another main class, a variant of {@link WorkerMain}. */
    public Start by(String otherMain) {
      return new Start(otherMain, threads, arguments, environment, directory);
    }

    /** This start in another directory. */
    public Start in(Path other) {
      return new Start(main, threads, arguments, environment, Optional.of(other));
    }

    /** A worker as a user starts it. */
    public static Start of(int threads, List<String> arguments, Map<String, String> environment) {
      return new Start(
          WorkerMain.class.getName(), threads, arguments, environment, Optional.empty());
    }
  }

  /** Starts a worker that asks {@code site}'s coordinator for work. */
  public static WorkerProcess start(
      Site site, String name, Start start, Consumer<ProcessOutput> listener) {
    String threads = Integer.toString(start.threads());
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--coordinator", site.coordinator().uri().toString()));
    arguments.addAll(List.of("--token-file", site.workerToken().toString()));
    arguments.addAll(List.of("--name", name, "--spool", site.spool(name).toString()));
    arguments.addAll(List.of("--threads", threads, "--report-batches"));
    arguments.addAll(start.arguments());
    Map<String, String> environment = new HashMap<>();
    environment.put("OMP_NUM_THREADS", threads);
    environment.put("OMP_WAIT_POLICY", "passive");
    environment.putAll(start.environment());
    return new WorkerProcess(
        JavaProcess.start(
            start.main(),
            FLAGS,
            arguments,
            environment,
            start.directory(),
            line -> listener.accept(new ProcessOutput(line))));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM, so that it can end in good order; returns at once. */
  public void tellToEnd() {
    process.tellToEnd();
  }

  /** Sends SIGKILL to it and all it has started, as when a machine vanishes. */
  public void kill() {
    process.killWithDescendants();
  }

  /** Waits until it has ended and all its lines were read; returns its exit code. */
  public int awaitEnd() {
    return process.awaitEnd();
  }

  @Override
  public void close() {
    kill();
  }
}
