package baton.proofs.history;

import baton.proofs.history.Entry.Call;
import baton.proofs.history.Entry.Op;
import baton.proofs.history.Entry.Outcome;
import baton.proofs.history.Entry.Remains;
import baton.proofs.history.Finding.Kind;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Compares the final state of one job with what was acknowledged. */
final class HeadChain {
  private static final Set<String> GIVEN_BACK = Set.of("RELEASED", "SESSION_ENDING");

  private final Remains remains;
  private final List<Call> calls;
  private final List<Finding> findings = new ArrayList<>();

  private HeadChain(Remains remains, List<Call> calls) {
    this.remains = remains;
    this.calls = calls;
  }

  static List<Finding> judge(Remains remains, List<Call> calls) {
    HeadChain chain = new HeadChain(remains, calls);
    chain.requireAcknowledged();
    chain.requireRefusedIsNotThere();
    chain.requireOneChain();
    chain.requireOneSessionPerFence();
    chain.requireFencesGrow();
    chain.requireOneLiveLease();
    return chain.findings;
  }

  private void requireAcknowledged() {
    for (Call call : calls) {
      if (call.outcome() == Outcome.OK && !isThere(call)) {
        found(
            Kind.LOST,
            "lacks the %s under lease %s%s",
            call.op().name().toLowerCase(java.util.Locale.ROOT),
            call.fence(),
            call.position() == null ? "" : " at " + call.position());
      }
    }
  }

  /**
   * After a refusal, no copy of the request may have had an effect, not even one sent earlier (R8).
   */
  private void requireRefusedIsNotThere() {
    for (Call call : calls) {
      if (call.is(Op.COMMIT, Outcome.REFUSED)
          && remains.checkpoints().stream().anyMatch(row -> row.digest().equals(call.digest()))) {
        found(Kind.WRONG, "the commit at %s was refused, and is there", call.position());
      }
    }
  }

  private boolean isThere(Call call) {
    return switch (call.op()) {
      // The job is there; R4 excepts renewals; pauses and resumes are superseded.
      case SUBMIT, RENEW, PAUSE, RESUME -> true;
      case ACQUIRE ->
          remains.fence().compareTo(call.fence()) >= 0
              && remains.segments().stream()
                  .anyMatch(
                      row ->
                          row.fence().equals(call.fence())
                              && row.session().equals(call.session())
                              && row.from().equals(call.position()));
      case COMMIT ->
          remains.checkpoints().stream().anyMatch(row -> is(row, call))
              && (!"COMPLETE".equals(call.next()) || remains.state().equals("COMPLETE"));
      case RELEASE ->
          remains.segments().stream()
              .filter(row -> row.fence().equals(call.fence()))
              .reduce((earlier, later) -> later)
              .filter(row -> row.ended() != null && GIVEN_BACK.contains(row.ended()))
              .isPresent();
    };
  }

  private static boolean is(Remains.Checkpoint row, Call commit) {
    return row.digest().equals(commit.digest())
        && row.position().equals(commit.position())
        && row.fence().equals(commit.fence())
        && Objects.equals(row.parent(), commit.parent());
  }

  /** No head was rejected: each checkpoint extends the one before it, under no lower fence. */
  private void requireOneChain() {
    Sha256 head = null;
    Position position = Position.START;
    Fence fence = null;
    for (Remains.Checkpoint row : remains.checkpoints()) {
      if (!Objects.equals(row.parent(), head)) {
        found(Kind.WRONG, "the checkpoint at %s does not extend the one before", row.position());
      } else if (!row.position().isAfter(position)) {
        found(Kind.WRONG, "the checkpoint at %s comes after one at %s", row.position(), position);
      } else if (fence != null && row.fence().compareTo(fence) < 0) {
        found(
            Kind.DOUBLE_HOLDER,
            "a checkpoint of lease %s comes after one of lease %s",
            row.fence(),
            fence);
      }
      head = row.digest();
      position = row.position();
      fence = row.fence();
    }
    if (!Objects.equals(remains.head(), head)) {
      found(Kind.WRONG, "its head is not its newest checkpoint");
    }
  }

  /** Fences grow in the order of the grants, and none is above the job's own (R2). */
  private void requireFencesGrow() {
    Fence highest = Fence.NONE;
    String ended = null;
    for (Remains.Segment row : remains.segments()) {
      int grows = row.fence().compareTo(highest);
      if (grows < 0 || (grows == 0 && !"CONTINUED".equals(ended))) {
        found(Kind.WRONG, "a segment of lease %s comes after one of %s", row.fence(), highest);
      }
      ended = row.ended();
      highest = row.fence().compareTo(highest) > 0 ? row.fence() : highest;
    }
    if (remains.fence().compareTo(highest) < 0) {
      found(Kind.WRONG, "its fence is %s, below lease %s", remains.fence(), highest);
    }
  }

  private void requireOneSessionPerFence() {
    Map<Fence, SessionId> holders = new HashMap<>();
    for (Remains.Segment row : remains.segments()) {
      SessionId before = holders.putIfAbsent(row.fence(), row.session());
      if (before != null && !before.equals(row.session())) {
        found(
            Kind.DUPLICATE_FENCE,
            "lease %s was held by %s and by %s",
            row.fence(),
            before,
            row.session());
      }
    }
  }

  private void requireOneLiveLease() {
    List<Fence> live =
        remains.segments().stream()
            .filter(row -> row.ended() == null)
            .map(Remains.Segment::fence)
            .toList();
    if (live.size() > 1) {
      found(Kind.DOUBLE_HOLDER, "the leases %s are live at once", live);
    }
  }

  private void found(Kind kind, String what, Object... values) {
    findings.add(new Finding(kind, "job " + remains.name() + ": " + what.formatted(values)));
  }
}
