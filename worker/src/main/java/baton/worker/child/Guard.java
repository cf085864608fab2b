package baton.worker.child;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A small shell beside a child, which briefly outlives the worker: it waits on a pipe that only the
 * worker holds open. When that closes, even by {@code kill -9}, it kills the child's group and
 * every process with the run's mark. So a script that hangs before it imports {@code baton}, or
 * that is not Python, does not hold a device after its worker is gone.
 */
final class Guard {
  private static final String WAIT_AND_KILL =
      """
      trap '' INT TERM HUP
      read -r group
      read -r nothing
      [ -n "$group" ] && kill -s KILL -- "-$group"
      for environment in /proc/[0-9]*/environ; do
        if grep -qs "$1" "$environment"; then
          process=${environment#/proc/}
          kill -s KILL "${process%/environ}"
        fi
      done
      """;

  private final Process shell;

  private Guard(Process shell) {
    this.shell = shell;
  }

  /**
   * Starts a guard, before the child is started; empty if there is no shell.
   *
   * @param mark a variable with its value, which the child and its descendants have
   */
  static Optional<Guard> post(String mark) {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", WAIT_AND_KILL, "baton-guard", mark)
            .directory(new File("/"))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    try {
      return Optional.of(new Guard(builder.start()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Names the process group to kill. */
  void watch(long group) {
    try {
      OutputStream pipe = shell.getOutputStream();
      pipe.write((group + "\n").getBytes(StandardCharsets.US_ASCII));
      pipe.flush();
    } catch (IOException e) {
      // It was killed; the child has its own way to notice the worker's end.
    }
  }

  /** Ends the guard: no process is left to guard. */
  void dismiss() {
    shell.destroyForcibly();
  }
}
