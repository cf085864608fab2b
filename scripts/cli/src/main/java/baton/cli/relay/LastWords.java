package baton.cli.relay;

import baton.cli.process.ProcessOutput;
import baton.cli.process.SiteFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that a worker printed, which say why it ended early. */
final class LastWords {
  private static final int MOST = 12;
  private static final String ENDS = "ends: ";
  private static final int SIGNALS_FROM = 128;
  private static final int SIGKILL = 9;

  private final Deque<String> lines = new ArrayDeque<>();

  void add(ProcessOutput said) {
    if (said.plain().isBlank()) {
      return;
    }
    lines.addLast(said.plain());
    if (lines.size() > MOST) {
      lines.removeFirst();
    }
  }

  /** A failure of a worker that has ended, with its last lines. */
  SiteFailure failure(String what, int exitCode) {
    return failure("%s (exit code %d)".formatted(what, exitCode), whyIfSilent(exitCode));
  }

  /** A failure of a worker that still runs, with its last lines. */
  SiteFailure failure(String what) {
    return failure(what, "not since it was started");
  }

  private SiteFailure failure(String what, String ifSilent) {
    return new SiteFailure("%s: %s".formatted(what, why(ifSilent)), List.copyOf(lines));
  }

  private String why(String ifSilent) {
    return lines.stream()
        .filter(line -> line.startsWith(ENDS))
        .map(line -> line.substring(ENDS.length()))
        .reduce((one, other) -> other)
        .orElse(lines.isEmpty() ? ifSilent : lines.getLast());
  }

  private static String whyIfSilent(int exitCode) {
    return exitCode == SIGNALS_FROM + SIGKILL
        ? "it said nothing; it was killed from outside, perhaps because memory ran out"
        : "it said nothing";
  }
}
