package baton.cli.command;

import baton.protocol.Policy;
import baton.worker.HumanUnits;
import picocli.CommandLine.Option;

/** The option that says how long a script may be silent, such as while its first batch compiles. */
public final class SilenceOption {
  @Option(
      names = "--longest-silence",
      paramLabel = "DURATION",
      description =
          "So long may the script take to its first batch, from one batch to the next, and to"
              + " evaluate, 1m to 24h; beyond it the lease is ended. Default: 15m")
  private String longest;

  /** The same policy with what was asked for. */
  public Policy on(Policy policy) {
    return longest == null ? policy : policy.silentFor(HumanUnits.duration(longest));
  }
}
