package baton.proofs.crash;

import baton.proofs.crash.Acknowledged.Committed;
import baton.proofs.crash.Acknowledged.Granted;
import baton.proofs.crash.Acknowledged.Steered;
import baton.proofs.crash.Acknowledged.Submitted;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What was acknowledged, by job, and what was found wrong. Kept by all threads of the load. */
final class Ledger {
  private final Map<JobId, List<Acknowledged>> byJob = new LinkedHashMap<>();
  private final Map<Lease, Sha256> secrets = new HashMap<>();
  private final Map<JobId, Steered> steered = new HashMap<>();
  private final Set<JobId> open = new LinkedHashSet<>();
  private final Set<CrashFinding> findings = new LinkedHashSet<>();
  private long count;
  private int acknowledged;

  private record Lease(JobId job, Fence fence) {}

  /** The next moment: what is counted later did not happen before. */
  synchronized long tick() {
    return ++count;
  }

  synchronized void add(Acknowledged one) {
    acknowledged++;
    byJob.computeIfAbsent(one.job(), job -> new ArrayList<>()).add(one);
    if (one instanceof Submitted) {
      open.add(one.job());
    } else if (one instanceof Granted granted) {
      requireOneSecret(granted);
    } else if (one instanceof Committed committed && committed.complete()) {
      open.remove(one.job());
    } else if (one instanceof Steered word) {
      steered.put(word.job(), word);
    }
  }

  private void requireOneSecret(Granted granted) {
    Sha256 before =
        secrets.putIfAbsent(new Lease(granted.job(), granted.fence()), granted.secretHash());
    if (before != null && !before.equals(granted.secretHash())) {
      add(
          CrashFinding.duplicate(
              "lease %s of job %s was granted to two secrets"
                  .formatted(granted.fence(), granted.job())));
    }
  }

  synchronized void add(CrashFinding finding) {
    findings.add(finding);
  }

  /** A person is about to pause or resume the job: until that is answered, nobody knows. */
  synchronized void steering(JobId job) {
    steered.remove(job);
  }

  /** The last word on a job; empty: there is none, or the next is on its way. */
  synchronized Optional<Steered> lastWord(JobId job) {
    return Optional.ofNullable(steered.get(job));
  }

  /** The jobs that are not complete, as far as was acknowledged. */
  synchronized List<JobId> openJobs() {
    return List.copyOf(open);
  }

  /** All that is acknowledged by now. */
  synchronized Map<JobId, List<Acknowledged>> byJob() {
    Map<JobId, List<Acknowledged>> copy = new LinkedHashMap<>();
    byJob.forEach((job, list) -> copy.put(job, List.copyOf(list)));
    return copy;
  }

  synchronized int acknowledged() {
    return acknowledged;
  }

  synchronized List<CrashFinding> findings() {
    return List.copyOf(findings);
  }
}
