package baton.simulation;

import baton.coordinator.lease.Certificate.Verdict;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.RestoreJob;
import baton.coordinator.lease.Resume;
import baton.protocol.Checkpoint;
import baton.protocol.JobId;
import baton.protocol.Sha256;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The referee's record of the devices and scripts that checkpoints come from (R7). */
final class OriginBooks {
  private final InvariantReport whistle;
  private final Map<Sha256, Set<String>> profiles = new HashMap<>();
  private final Map<Sha256, String> scripts = new HashMap<>();
  private final Set<JobId> restored = new HashSet<>();

  OriginBooks(InvariantReport whistle) {
    this.whistle = whistle;
  }

  /** Records how a checkpoint and its ancestors were trained, committed or not. */
  void trainedOn(Checkpoint checkpoint, Scenario.Machine machine) {
    Set<String> all = new HashSet<>(checkpoint.parent().map(profiles::get).orElse(Set.of()));
    all.add(machine.device() + " with the script " + machine.script());
    profiles.put(checkpoint.digest(), all);
    scripts.put(checkpoint.digest(), machine.script());
  }

  void changed(Job before, Job after, Command command) {
    checkCertificate(after, command);
    checkAcceptedChange(before, after, command);
  }

  /** The verdict must be the true one; only a recovered job may also be called unknown. */
  private void checkCertificate(Job after, Command command) {
    if (command instanceof RestoreJob) {
      restored.add(after.id());
    }
    Verdict said = after.certificate().verdict();
    boolean several =
        after.head().map(head -> profiles.get(head.digest()).size() > 1).orElse(false);
    whistle.require(
        said == (several ? Verdict.EQUIVALENT : Verdict.EXACT)
            || (said == Verdict.UNKNOWN && restored.contains(after.id())),
        "R7",
        "called " + said + " though trained " + (several ? "in several ways" : "in one way"));
  }

  /** Another script may continue only if a person accepts it, and each time again. */
  private void checkAcceptedChange(Job before, Job after, Command command) {
    whistle.require(
        before.acceptChange() || !after.acceptChange() || command instanceof Resume,
        "R7",
        "a change was accepted by " + command);
    boolean isAnother =
        command instanceof Commit
            && before.head().isPresent()
            && !after.head().equals(before.head())
            && !scriptOf(before).equals(scriptOf(after));
    whistle.require(
        !isAnother || before.acceptChange(), "R7", "another script than anybody accepted");
    whistle.require(
        !isAnother || !after.acceptChange(), "R7", "one word of a person's for two changes");
  }

  private String scriptOf(Job job) {
    return scripts.get(job.head().orElseThrow().digest());
  }
}
