package baton.cli.command;

import baton.protocol.Policy;
import baton.worker.HumanUnits;
import picocli.CommandLine.Option;

/** The option for how long a script may be silent, for example while its first batch compiles. */
public final class SilenceOption {
  @Option(
      names = "--longest-silence",
      paramLabel = "DURATION",
      description =
          "How long the script may take to its first batch, from one batch to the next, and to"
              + " evaluate, 1m to 24h; after that its lease is ended. Default: 15m")
  private String longest;

  /** {@code policy}, with the limit that was given. */
  public Policy on(Policy policy) {
    return longest == null ? policy : policy.silentFor(HumanUnits.duration(longest));
  }
}
