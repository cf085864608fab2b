package baton.proofs.crash;

import baton.proofs.crash.Acknowledged.Committed;
import baton.proofs.crash.Acknowledged.Granted;
import baton.proofs.crash.Acknowledged.Released;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Position;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One job's history held against what was acknowledged of it. The history was read later, so it may
 * tell more, never less.
 */
final class JobAudit {
  private static final List<String> GIVEN_BACK = List.of("RELEASED", "SESSION_ENDING");

  private final JobView job;
  private final List<SegmentView> segments;
  private final List<CheckpointView> checkpoints;
  private final List<CrashFinding> findings = new ArrayList<>();

  private JobAudit(JobView job, List<SegmentView> segments, List<CheckpointView> checkpoints) {
    this.job = job;
    this.segments = segments;
    this.checkpoints = checkpoints;
  }

  /** All that is wrong, the lost first. */
  static List<CrashFinding> of(
      List<Acknowledged> acknowledged,
      JobView job,
      List<SegmentView> segments,
      List<CheckpointView> checkpoints) {
    JobAudit audit = new JobAudit(job, segments, checkpoints);
    acknowledged.forEach(audit::requireThere);
    audit.requireOneSessionPerFence();
    audit.requireFencesInOrder();
    audit.requireOneLiveLease();
    audit.requireOneChain();
    audit.requireFencesGrowAsGranted(only(acknowledged, Granted.class));
    return audit.findings;
  }

  private void requireThere(Acknowledged one) {
    if (one instanceof Granted granted) {
      requireGrant(granted);
    } else if (one instanceof Committed committed) {
      requireCommit(committed);
    } else if (one instanceof Released released) {
      requireRelease(released);
    }
  }

  private void requireGrant(Granted granted) {
    boolean there =
        segments.stream()
            .anyMatch(
                row ->
                    row.fence().equals(granted.fence())
                        && row.session().equals(granted.session())
                        && row.from().equals(granted.segment().from()));
    if (!there || job.fence().compareTo(granted.fence()) < 0) {
      lost("the grant of lease %s to %s".formatted(granted.fence(), granted.session()));
    }
  }

  private void requireCommit(Committed committed) {
    boolean there =
        checkpoints.stream()
            .map(CheckpointView::checkpoint)
            .anyMatch(
                row ->
                    row.digest().equals(committed.digest())
                        && row.position().equals(committed.position())
                        && row.parent().equals(committed.parent())
                        && row.fence().equals(committed.fence()));
    Position head = job.head() == null ? Position.START : job.head().position();
    if (!there || committed.position().isAfter(head)) {
      lost("the commit of %s under lease %s".formatted(committed.position(), committed.fence()));
    }
    if (committed.complete() && !job.state().equals("COMPLETE")) {
      lost("its completion (it is %s)".formatted(job.state()));
    }
  }

  private void requireRelease(Released released) {
    List<SegmentView> rows =
        segments.stream().filter(row -> row.fence().equals(released.fence())).toList();
    if (rows.isEmpty() || !GIVEN_BACK.contains("" + rows.get(rows.size() - 1).ended())) {
      lost("the release of lease " + released.fence());
    }
  }

  private void requireOneSessionPerFence() {
    Map<Fence, SessionId> holders = new HashMap<>();
    for (SegmentView row : segments) {
      SessionId before = holders.putIfAbsent(row.fence(), row.session());
      if (before != null && !before.equals(row.session())) {
        findings.add(
            CrashFinding.duplicate(
                "lease %s of %s was granted to %s and to %s"
                    .formatted(row.fence(), job.spec().name(), before, row.session())));
      }
    }
  }

  private void requireFencesInOrder() {
    for (int i = 1; i < segments.size(); i++) {
      SegmentView before = segments.get(i - 1);
      int grows = segments.get(i).fence().compareTo(before.fence());
      if (grows < 0 || (grows == 0 && !"CONTINUED".equals(before.ended()))) {
        wrong("lease %s comes after lease %s", segments.get(i).fence(), before.fence());
      }
    }
  }

  private void requireOneLiveLease() {
    List<Fence> live =
        segments.stream().filter(row -> row.ended() == null).map(SegmentView::fence).toList();
    if (live.size() > 1) {
      wrong("the leases %s are live at once", live);
    }
  }

  /** No head was rejected here: each checkpoint extends the one committed before it. */
  private void requireOneChain() {
    Optional<Sha256> head = Optional.empty();
    Position position = Position.START;
    for (CheckpointView row : checkpoints) {
      Checkpoint next = row.checkpoint();
      if (!next.parent().equals(head)) {
        wrong("the checkpoint at %s does not extend the one before it", next.position());
      } else if (!next.position().isAfter(position)) {
        wrong("the checkpoint at %s comes after one at %s", next.position(), position);
      }
      head = Optional.of(next.digest());
      position = next.position();
    }
    boolean headIsThere =
        job.head() == null
            || checkpoints.stream().anyMatch(row -> Objects.equals(row.checkpoint(), job.head()));
    if (!headIsThere) {
      lost("its head at " + job.head().position());
    }
  }

  /** Whoever asked after another had been answered has the higher fence (R2). */
  private void requireFencesGrowAsGranted(List<Granted> grants) {
    List<Granted> downwards =
        grants.stream().sorted(Comparator.comparing(Granted::fence).reversed()).toList();
    long firstAnswerAbove = Long.MAX_VALUE;
    for (Granted grant : downwards) {
      if (firstAnswerAbove < grant.askedAt()) {
        wrong("lease %s was granted after a higher one", grant.fence());
      }
      firstAnswerAbove = Math.min(firstAnswerAbove, grant.answeredAt());
    }
  }

  private void lost(String what) {
    findings.add(CrashFinding.lost("%s lacks %s".formatted(job.spec().name(), what)));
  }

  private void wrong(String what, Object... values) {
    findings.add(CrashFinding.wrong(job.spec().name() + ": " + what.formatted(values)));
  }

  private static <T> List<T> only(List<? super T> all, Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).collect(Collectors.toList());
  }
}
