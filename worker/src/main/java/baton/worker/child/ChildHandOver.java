package baton.worker.child;

import baton.protocol.JobSpec;
import baton.protocol.NumericProfile;
import baton.protocol.NumericProfile.Difference;
import baton.protocol.Position;
import baton.protocol.Trouble;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A child that is to go on from a checkpoint, compared with what made it. Exactness ends where the
 * script, its arguments or the files that it reads change, so only a person can want it (R7).
 * Another version of a package or another machine is no such change: the manifests tell of it.
 *
 * @param madeBy the profile of the checkpoint's manifest; what it does not name was not recorded
 * @param present the profile of the child
 */
record ChildHandOver(JobSpec job, Position at, NumericProfile madeBy, NumericProfile present) {
  boolean hasChanged() {
    return !changes().isEmpty();
  }

  private List<Difference> changes() {
    return madeBy.programDifferences(present);
  }

  /** Names both sides of each change. */
  Trouble refusal() {
    return Trouble.program(
        ChildFailures.brief(
            "This %s is not what made the checkpoint at %s: %s."
                .formatted(job.program(), at, told())),
        "Start the worker with the script, arguments and files that made it or, to go on with these"
            + " knowingly, run: baton resume %s --accept-change".formatted(job.name()));
  }

  /** That it goes on all the same. */
  String acceptance() {
    return "goes on from %s, as a person accepts, with %s".formatted(at, told());
  }

  private String told() {
    return changes().stream().map(Difference::toString).collect(Collectors.joining("; "));
  }
}
