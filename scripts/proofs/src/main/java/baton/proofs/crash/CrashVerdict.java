package baton.proofs.crash;

import java.util.List;

/** What came of a trial. */
record CrashVerdict(int kills, int acknowledged, List<CrashFinding> findings) {
  CrashVerdict {
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
            count(CrashFinding.Kind.LOST),
            count(CrashFinding.Kind.DUPLICATE_FENCE),
            count(CrashFinding.Kind.WRONG),
            findings.get(0).sentence());
  }

  private long count(CrashFinding.Kind kind) {
    return findings.stream().filter(finding -> finding.kind() == kind).count();
  }
}
