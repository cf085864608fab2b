package baton.proofs.history;

import baton.proofs.history.Finding.Kind;
import java.util.List;

/**
 * What the checker found in a history.
 *
 * @param acknowledged how many transitions were acknowledged, each counted once
 */
public record Judgement(long acknowledged, List<Finding> findings) {
  public Judgement {
    findings = List.copyOf(findings);
  }

  public boolean isOk() {
    return findings.isEmpty();
  }

  public long count(Kind kind) {
    return findings.stream().filter(finding -> finding.kind() == kind).count();
  }
}
