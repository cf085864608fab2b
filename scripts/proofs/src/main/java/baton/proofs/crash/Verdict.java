package baton.proofs.crash;

import java.util.List;

/** What came of a trial. */
record Verdict(int kills, int acknowledged, List<Finding> findings) {
  Verdict {
    findings = List.copyOf(findings);
  }

  boolean isOk() {
    return findings.isEmpty();
  }

  /** The last line of the crash test. */
  String line() {
    if (isOk()) {
      return "CRASH OK kills=%d acked=%d lost=0 duplicate-fences=0".formatted(kills, acknowledged);
    }
    return "CRASH FAILED kills=%d acked=%d lost=%d duplicate-fences=%d wrong=%d, first: %s"
        .formatted(
            kills,
            acknowledged,
            count(Finding.Kind.LOST),
            count(Finding.Kind.DUPLICATE_FENCE),
            count(Finding.Kind.WRONG),
            findings.get(0).sentence());
  }

  private long count(Finding.Kind kind) {
    return findings.stream().filter(finding -> finding.kind() == kind).count();
  }
}
