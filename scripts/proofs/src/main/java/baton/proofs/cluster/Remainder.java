package baton.proofs.cluster;

import baton.proofs.history.Entry.Remains;
import baton.proofs.history.Finding;
import baton.proofs.history.Finding.Kind;
import baton.proofs.history.HistoryFile;
import baton.protocol.Checkpoint;
import baton.protocol.client.CoordinatorClient;
import baton.protocol.client.ProblemException;
import baton.protocol.client.UnreachableException;
import baton.protocol.message.JobView;
import java.util.ArrayList;
import java.util.List;

/** Asks every member for the final state of the jobs, after the load has ended. */
record Remainder(ClusterProcesses cluster) {

  /** Writes the answers to the history; returns contradictions and answers that cannot be read. */
  List<Finding> tell(List<Jobs.Known> jobs, HistoryFile history)
      throws UnreachableException, InterruptedException {
    List<Finding> findings = new ArrayList<>();
    for (Jobs.Known job : jobs) {
      Remains first = null;
      for (Member member : cluster.members()) {
        try {
          Remains told = of(job, cluster.client("viewer", member));
          if (first == null) {
            first = told;
            history.add(told);
          } else if (!told.equals(first)) {
            findings.add(
                new Finding(
                    Kind.WRONG,
                    "%s tells of %s something else than another"
                        .formatted(member.name(), job.name())));
          }
        } catch (ProblemException e) {
          findings.add(
              new Finding(
                  Kind.LOST,
                  "%s cannot be read from %s: %s"
                      .formatted(job.name(), member.name(), e.getMessage())));
        }
      }
    }
    return findings;
  }

  private static Remains of(Jobs.Known job, CoordinatorClient client)
      throws ProblemException, UnreachableException, InterruptedException {
    JobView view = client.job(job.id());
    return new Remains(
        job.id(),
        job.name(),
        view.state(),
        view.fence(),
        view.head() == null ? null : view.head().digest(),
        client.segments(job.id()).stream()
            .map(row -> new Remains.Segment(row.fence(), row.session(), row.from(), row.ended()))
            .toList(),
        client.checkpoints(job.id()).stream().map(row -> checkpoint(row.checkpoint())).toList());
  }

  private static Remains.Checkpoint checkpoint(Checkpoint row) {
    return new Remains.Checkpoint(
        row.digest(), row.parent().orElse(null), row.position(), row.fence());
  }
}
