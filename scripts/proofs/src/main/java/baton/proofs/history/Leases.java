package baton.proofs.history;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.Finding.Kind;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The leases of one job as its holders saw them: one after another, never two at once. */
final class Leases {
  /** In microseconds. */
  private static final long LAST_MOMENT = 1_000_000;

  /** How long a grant that was permitted before a late renewal may be in transit. */
  private static final long ON_ITS_WAY = 6_000_000;

  private final JobId job;
  private final List<Call> calls;

  /** The grants by fence; if a request was repeated, its first answer. */
  private final TreeMap<Fence, Call> grants = new TreeMap<>();

  private final List<Finding> findings = new ArrayList<>();

  private Leases(JobId job, List<Call> calls) {
    this.job = job;
    this.calls = calls.stream().sorted(Comparator.comparing(Call::answered)).toList();
  }

  static List<Finding> judge(JobId job, List<Call> calls) {
    Leases leases = new Leases(job, calls);
    leases.requireOneSessionPerFence();
    leases.requireFencesGrow();
    leases.requireNobodyIsOustedEarly();
    leases.requireNoLateHolder();
    leases.requireGrantsSeeCommits();
    leases.requireRepeatsAgree();
    return leases.findings;
  }

  private void requireOneSessionPerFence() {
    for (Call call : calls) {
      if (call.is(Op.ACQUIRE, Outcome.OK)) {
        Call before = grants.putIfAbsent(call.fence(), call);
        if (before != null && !before.session().equals(call.session())) {
          found(
              Kind.DUPLICATE_FENCE,
              "lease %s was granted to %s and to %s",
              call.fence(),
              before.session(),
              call.session());
        } else if (before != null && !Objects.equals(before.digest(), call.digest())) {
          found(Kind.DUPLICATE_FENCE, "lease %s was granted to two secrets", call.fence());
        }
      }
    }
  }

  /** A request that was sent after another one was answered has the higher fence (R2). */
  private void requireFencesGrow() {
    long firstAnswerAbove = Long.MAX_VALUE;
    for (Call grant : grants.descendingMap().values()) {
      if (firstAnswerAbove < grant.sent()) {
        found(Kind.WRONG, "lease %s was granted after a higher one", grant.fence());
      }
      firstAnswerAbove = Math.min(firstAnswerAbove, grant.answered());
    }
  }

  /**
   * If a lease was not released, the next one may be granted only when its last ttl is over (R9). A
   * renewal in the last moment races with the next grant, and proves nothing; nor do renewals right
   * after it, while that grant may be in transit. A later renewal proves that the lease is held.
   */
  private void requireNobodyIsOustedEarly() {
    Map<Fence, Long> told = new HashMap<>();
    Map<Fence, Long> doubtfulUntil = new HashMap<>();
    Map<Fence, Long> liveUntil = new HashMap<>();
    Map<Fence, Long> gaveBack = new HashMap<>();
    for (Call call : calls) {
      if (call.outcome() == Outcome.OK && call.ttlMs() != null) {
        if (call.sent() + LAST_MOMENT > told.getOrDefault(call.fence(), Long.MAX_VALUE)) {
          doubtfulUntil.put(call.fence(), call.answered() + ON_ITS_WAY);
        }
        told.merge(call.fence(), call.liveUntil(), Math::max);
        if (call.sent() >= doubtfulUntil.getOrDefault(call.fence(), 0L)) {
          liveUntil.merge(call.fence(), call.liveUntil(), Math::max);
        }
      }
      if (call.op() == Op.RELEASE && call.outcome() != Outcome.REFUSED) {
        gaveBack.merge(call.fence(), call.sent(), Math::min);
      }
    }
    for (Call grant : grants.values()) {
      Optional.ofNullable(grants.lowerKey(grant.fence()))
          .filter(before -> grant.answered() < liveUntil.getOrDefault(before, 0L))
          .filter(before -> gaveBack.getOrDefault(before, Long.MAX_VALUE) > grant.answered())
          .ifPresent(
              before ->
                  found(
                      Kind.DOUBLE_HOLDER,
                      "lease %s was granted %d ms before lease %s could run out",
                      grant.fence(),
                      (liveUntil.get(before) - grant.answered()) / 1_000,
                      before));
    }
  }

  /** A request that was first sent after the next grant was answered is never acknowledged (R3). */
  private void requireNoLateHolder() {
    Map<Sha256, Long> firstSent = new HashMap<>();
    for (Call call : calls) {
      if (call.op() == Op.COMMIT) {
        firstSent.merge(call.digest(), call.sent(), Math::min);
      }
    }
    for (Call call : calls) {
      boolean commit = call.is(Op.COMMIT, Outcome.OK);
      if (commit || call.is(Op.RENEW, Outcome.OK)) {
        long sent = commit ? firstSent.get(call.digest()) : call.sent();
        laterHolder(call.fence(), sent)
            .ifPresent(
                later ->
                    found(
                        commit ? Kind.DOUBLE_HOLDER : Kind.WRONG,
                        "a %s under lease %s was acknowledged after lease %s had been granted",
                        commit ? "commit" : "renewal",
                        call.fence(),
                        later));
      }
    }
  }

  /**
   * Training goes on from the head: a lease requested after an acknowledged commit starts there.
   */
  private void requireGrantsSeeCommits() {
    List<Call> commits = calls.stream().filter(call -> call.is(Op.COMMIT, Outcome.OK)).toList();
    for (Call grant : calls) {
      if (grant.is(Op.ACQUIRE, Outcome.OK)) {
        commits.stream()
            .filter(commit -> commit.answered() < grant.sent())
            .filter(commit -> commit.position().isAfter(grant.position()))
            .findFirst()
            .ifPresent(
                commit ->
                    found(
                        Kind.LOST,
                        "lease %s starts at %s, though %s had been committed",
                        grant.fence(),
                        grant.position(),
                        commit.position()));
      }
    }
  }

  /** The same request gets the same answer (R8). */
  private void requireRepeatsAgree() {
    Map<Sha256, String> answers = new HashMap<>();
    for (Call call : calls) {
      if (call.is(Op.COMMIT, Outcome.OK)) {
        String before = answers.putIfAbsent(call.digest(), call.next());
        if (before != null && !before.equals(call.next())) {
          found(
              Kind.WRONG,
              "the commit at %s was answered %s and %s",
              call.position(),
              before,
              call.next());
        }
      }
    }
  }

  private Optional<Fence> laterHolder(Fence fence, long sent) {
    return grants.tailMap(fence, false).values().stream()
        .filter(grant -> grant.answered() < sent)
        .map(Call::fence)
        .findFirst();
  }

  private void found(Kind kind, String what, Object... values) {
    findings.add(new Finding(kind, "job " + job + ": " + what.formatted(values)));
  }
}
