package baton.worker.child;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A child with a process group of its own, which is killed as a whole. On Linux processes that left
 * the group are killed too: they have the run's mark in their environment.
 */
final class ChildProcess {
  private static final String MARK = "BATON_RUN";

  /** Variables of the drill: the file for a line per batch, and where epochs end. */
  private static final Set<String> OF_A_DRILL = Set.of("BATON_TRACE", "BATON_DRILL_BATCHES");

  private static final Path PROC = Path.of("/proc");

  /** The reader waits this long only if a process that left the group unseen holds the pipe. */
  private static final Duration TO_READ = Duration.ofSeconds(10);

  private static final String NEW_SESSION =
      "import os,sys; os.setsid(); os.execvp(sys.argv[1], sys.argv[1:])";

  private final Process process;
  private final String mark;
  private final Optional<Guard> guard;
  private final Output output;
  private final Thread reader;

  private ChildProcess(Process process, String mark, Optional<Guard> guard, Output output) {
    this.process = process;
    this.mark = mark;
    this.guard = guard;
    this.output = output;
    this.reader = new Thread(() -> output.readAll(process.getInputStream()), "baton-child-output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts {@code command} with {@code variables} added to this process's environment, without
   * Baton's own variables: scripts must not see tokens.
   */
  static ChildProcess start(List<String> command, Map<String, String> variables, Output output)
      throws IOException {
    String mark = UUID.randomUUID().toString();
    ProcessBuilder builder = new ProcessBuilder();
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("BATON_") && !OF_A_DRILL.contains(name));
    variables.forEach(environment::put);
    environment.put(MARK, mark);
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
    if (!isThere(command.get(0), path)) {
      throw new NoSuchCommandException(command.get(0));
    }
    List<String> words = new ArrayList<>();
    if (isThere("setsid", path)) {
      words.add("setsid");
    } else {
      words.addAll(List.of("python3", "-c", NEW_SESSION));
    }
    words.addAll(command);
    builder
        .command(words)
        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
        .redirectErrorStream(true);
    Optional<Guard> guard = Guard.post(MARK + "=" + mark);
    try {
      Process process = builder.start();
      guard.ifPresent(g -> g.watch(process.pid()));
      return new ChildProcess(process, mark, guard, output);
    } catch (IOException e) {
      guard.ifPresent(Guard::dismiss);
      throw e;
    }
  }

  private static boolean isThere(String program, String path) {
    if (program.contains("/")) {
      return Files.isExecutable(Path.of(program));
    }
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs {@code action} when the process has ended for any reason. */
  void onExit(Consumer<ChildProcess> action) {
    process.onExit().thenRun(() -> action.accept(this));
  }

  /** Waits for the process to end by itself; empty if it did not. */
  OptionalInt exitWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Kills the process, its group, and processes that left the group, by SIGKILL. */
  void kill() {
    List<ProcessHandle> descendants = process.descendants().toList();
    // Process.destroyForcibly would close its output, and lose lines not yet read.
    process.toHandle().destroyForcibly();
    killGroup();
    descendants.forEach(ProcessHandle::destroyForcibly);
    marked().forEach(ProcessHandle::destroyForcibly);
    guard.ifPresent(Guard::dismiss);
  }

  /** The last lines, after all output before the end has been read. */
  List<String> lastLines() throws InterruptedException {
    if (!process.isAlive()) {
      reader.join(TO_READ.toMillis());
    }
    return output.lastLines();
  }

  void closeOutput() {
    try {
      process.getInputStream().close();
    } catch (IOException e) {
      // The reader is a daemon thread: it ends with this process at the latest.
    }
  }

  /** Kills the group by the shell's kill, since Java cannot signal process groups. */
  private void killGroup() {
    try {
      new ProcessBuilder("sh", "-c", "kill -s KILL -- -" + process.pid())
          .redirectErrorStream(true)
          .redirectOutput(Redirect.DISCARD)
          .start()
          .waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      // No shell: the process and its descendants are killed one by one.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<ProcessHandle> marked() {
    if (!Files.isDirectory(PROC)) {
      return List.of();
    }
    String wanted = MARK + "=" + mark;
    return ProcessHandle.allProcesses().filter(p -> hasInEnvironment(p.pid(), wanted)).toList();
  }

  private static boolean hasInEnvironment(long pid, String wanted) {
    try {
      byte[] variables = Files.readAllBytes(PROC.resolve(pid + "/environ"));
      return new String(variables, StandardCharsets.ISO_8859_1).contains(wanted);
    } catch (IOException e) {
      return false;
    }
  }

  /** The worker's command names a program that is not on this machine. */
  static final class NoSuchCommandException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSuchCommandException(String program) {
      super("there is no program " + program + " on this machine");
    }
  }
}
