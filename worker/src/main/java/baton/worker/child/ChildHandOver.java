package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.NumericProfile;
import baton.protocol.NumericProfile.Difference;
import baton.protocol.Position;
import baton.protocol.Trouble;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Compares a child that continues from a checkpoint with the program that made it. Exactness ends
 * if the script, its arguments or the files that it reads change, so only a person may allow it
 * (R7). Another package version or machine is not such a change: the manifests record it.
 *
 * @param madeBy the profile in the checkpoint's manifest; missing entries were not recorded
 * @param present the profile of the child
 */
record ChildHandOver(JobSpec job, Position at, NumericProfile madeBy, NumericProfile present) {
  boolean hasChanged() {
    return !changes().isEmpty();
  }

  private List<Difference> changes() {
    return madeBy.programDifferences(present);
  }

  /** The refusal, which names both sides of each change. */
  Trouble refusal() {
    return Trouble.program(
        ChildFailures.brief(
            "This %s is not what made the checkpoint at %s: %s."
                .formatted(job.program(), at, told())),
        "Start the worker with the script, arguments and files that made it or, to go on with these"
            + " knowingly, run: baton resume %s --accept-change".formatted(job.name()));
  }

  /** The message that it continues in spite of the changes. */
  String acceptance() {
    return "goes on from %s, as a person accepts, with %s".formatted(at, told());
  }

  private String told() {
    return changes().stream().map(Difference::toString).collect(Collectors.joining("; "));
  }
}
