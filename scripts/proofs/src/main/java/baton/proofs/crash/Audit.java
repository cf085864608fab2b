package baton.proofs.crash;

import baton.proofs.crash.Acknowledged.Steered;
import baton.proofs.crash.Acknowledged.Submitted;
import baton.protocol.JobId;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.message.CheckpointView;
import baton.protocol.message.JobView;
import baton.protocol.message.SegmentView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An outsider who looks, over HTTP and under load, whether all that was acknowledged is there. */
final class Audit {
  private static final int SENT_AGAIN = 20;

  /** Where a paused job may be: it may still be completed by its holder. */
  private static final Set<String> PAUSED = Set.of("PAUSING", "PAUSED", "COMPLETE");

  private static final Set<String> NOT_PAUSED = Set.of("WAITING", "RUNNING", "COMPLETE");

  private final CoordinatorClient viewer;
  private final Ledger ledger;
  private final Repeats repeats;

  Audit(CoordinatorClient viewer, Ledger ledger, Repeats repeats) {
    this.viewer = viewer;
    this.ledger = ledger;
    this.repeats = repeats;
  }

  /** Notes what it finds in the ledger. */
  void look() throws IOException, InterruptedException {
    for (Map.Entry<JobId, List<Acknowledged>> entry : ledger.byJob().entrySet()) {
      look(entry.getKey(), entry.getValue()).forEach(ledger::add);
    }
    for (Repeats.Repeat repeat : repeats.some(SENT_AGAIN)) {
      sendAgain(repeat).map(CrashFinding::wrong).ifPresent(ledger::add);
    }
  }

  private List<CrashFinding> look(JobId job, List<Acknowledged> acknowledged)
      throws IOException, InterruptedException {
    try {
      Optional<Steered> word = ledger.lastWord(job);
      JobView view = viewer.job(job);
      Optional<Steered> wordAfter = ledger.lastWord(job);
      List<SegmentView> segments = viewer.segments(job);
      List<CheckpointView> checkpoints = viewer.checkpoints(job);
      List<CrashFinding> findings =
          new ArrayList<>(JobAudit.of(acknowledged, view, segments, checkpoints));
      word.filter(same -> wordAfter.equals(word))
          .flatMap(same -> disobeyed(same, view))
          .ifPresent(findings::add);
      return findings;
    } catch (ProblemException e) {
      String name =
          acknowledged.get(0) instanceof Submitted submitted ? submitted.name() : job.value();
      return List.of(CrashFinding.lost("%s cannot be read: %s".formatted(name, e.getMessage())));
    }
  }

  static Optional<CrashFinding> disobeyed(Steered word, JobView job) {
    boolean obeyed = (word.paused() ? PAUSED : NOT_PAUSED).contains(job.state());
    return obeyed
        ? Optional.empty()
        : Optional.of(
            CrashFinding.lost(
                "%s is %s, though it was %s last"
                    .formatted(
                        job.spec().name(), job.state(), word.paused() ? "paused" : "resumed")));
  }

  private static Optional<String> sendAgain(Repeats.Repeat repeat)
      throws IOException, InterruptedException {
    try {
      return repeat.send();
    } catch (ProblemException e) {
      return Optional.of("a request that was acknowledged is now refused: " + e.getMessage());
    }
  }
}
