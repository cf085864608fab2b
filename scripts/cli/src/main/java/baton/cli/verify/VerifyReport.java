package baton.cli.verify;

import baton.coordinator.lease.Certificate;
import baton.protocol.checkpoint.Manifest;
import java.util.List;
import java.util.Locale;

/**
 * What a verification found.
 *
 * @param whole how many checkpoints of the chain have all their files
 * @param defects sentences that name the file; empty if everything was in order
 */
public record VerifyReport(
    CheckpointChain chain, int whole, Certificate certificate, List<String> defects) {
  private static final String ROW = "%-10s %-7s %-9s %-13s %-13s %s";
  static final String HEADING =
      ROW.formatted("CHECKPOINT", "LEASE", "FILES", "STATE", "MANIFEST", "WHAT HOLDS");

  public VerifyReport {
    defects = List.copyOf(defects);
  }

  public boolean isVerified() {
    return defects.isEmpty();
  }

  /** The last line of the command. */
  public String verdict() {
    if (!isVerified()) {
      int more = defects.size() - 1;
      return "NOT VERIFIED: " + defects.get(0) + (more > 0 ? " (and " + more + " more)" : "");
    }
    Found head = chain.links().get(0);
    int all = chain.links().size();
    return "VERIFIED %s; %s from %s to the start, %d whole, %d pruned; head %s"
        .formatted(
            certificate.sentence(),
            all == 1 ? "1 checkpoint" : all + " checkpoints",
            head.folder().position(),
            whole,
            all - whole,
            head.digest().brief());
  }

  static String row(Found link, Contents contents, boolean isHead) {
    Manifest manifest = link.manifest().orElseThrow();
    int all = manifest.files().size();
    String holds =
        !contents.defects().isEmpty()
            ? "DIFFERS"
            : contents.isWhole()
                ? "files and state" + (isHead ? ", the head" : "")
                : "the manifest; files pruned";
    return String.format(
        Locale.ROOT,
        ROW,
        manifest.position(),
        manifest.fence(),
        contents.there() + " of " + all,
        manifest.stateDigest().brief(),
        link.digest().brief(),
        holds);
  }
}
