package baton.cli.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A JVM whose output is passed on line by line; it ends with this JVM. */
public final class JavaProcess implements AutoCloseable {
  private final Process process;
  private final Thread reader;

  private JavaProcess(Process process, Consumer<String> lines) {
    this.process = process;
    this.reader = new Thread(() -> read(lines), "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /**
   * Starts {@code main} with this JVM's class path.
   *
   * @param flags of the JVM
   * @param environment added to this one's
   */
  public static JavaProcess start(
      Class<?> main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Consumer<String> lines) {
    return start(main.getName(), flags, arguments, environment, lines);
  }

  /** Starts the class of this name, which must exist only at run time. */
  public static JavaProcess start(
      String main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Consumer<String> lines) {
    return start(main, flags, arguments, environment, Optional.empty(), lines);
  }

  /**
   * Starts a class in another directory.
   *
   * @param directory empty for that of this JVM
   */
  static JavaProcess start(
      String main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> directory,
      Consumer<String> lines) {
    return start(List.of(), main, flags, arguments, environment, directory, lines);
  }

  /**
   * Starts a class through another command.
   *
   * @param launcher a command that becomes the one given to it, such as {@code ip netns exec host}
   */
  public static JavaProcess start(
      List<String> launcher,
      String main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Consumer<String> lines) {
    return start(launcher, main, flags, arguments, environment, Optional.empty(), lines);
  }

  private static JavaProcess start(
      List<String> launcher,
      String main,
      List<String> flags,
      List<String> arguments,
      Map<String, String> environment,
      Optional<Path> directory,
      Consumer<String> lines) {
    List<String> command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(), main));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    directory.map(Path::toFile).ifPresent(builder::directory);
    builder.environment().putAll(environment);
    try {
      return new JavaProcess(builder.start(), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("java cannot be started: " + e.getMessage(), e);
    }
  }

  /** This JVM's class path, with absolute paths. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Sends SIGTERM, so that it can end in good order; returns at once. */
  public void tellToEnd() {
    // Process.destroy() would close its output and lose its last lines.
    process.toHandle().destroy();
  }

  /** Sends SIGKILL: it cannot print or save anything more. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Sends SIGKILL to it and to everything it has started. */
  void killWithDescendants() {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
    awaitEnd();
  }

  /** Waits until it has ended and all its lines were passed on; returns its exit code. */
  public int awaitEnd() {
    try {
      int code = process.waitFor();
      reader.join(TimeUnit.SECONDS.toMillis(5));
      return code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private void read(Consumer<String> lines) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = output.readLine()) != null; ) {
        lines.accept(line);
      }
    } catch (IOException e) {
      // It was killed while it wrote a line.
    }
  }
}
