package baton.simulation;

import baton.coordinator.lease.Acquire;
import baton.coordinator.lease.Command;
import baton.coordinator.lease.Commit;
import baton.coordinator.lease.Decision;
import baton.coordinator.lease.Fail;
import baton.coordinator.lease.GiveWay;
import baton.coordinator.lease.History;
import baton.coordinator.lease.History.CheckpointMarked;
import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobState;
import baton.coordinator.lease.Lease;
import baton.coordinator.lease.Outcome;
import baton.coordinator.lease.PinnedCheckpoints;
import baton.protocol.Ask;
import baton.protocol.Checkpoint;
import baton.protocol.Fence;
import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.NumericProfile;
import baton.protocol.StoreId;
import baton.protocol.checkpoint.CheckpointFolder;
import baton.protocol.checkpoint.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * For each rule a core that breaks it, to show that the simulation would notice. R14 has none: no
 * field of a grant could carry code, so there is nothing to break.
 */
final class Sabotage {
  private Sabotage() {}

  /** How many seeds it takes at most until the simulation sees what is broken. */
  enum Within {
    A_FEW_SEEDS(300),
    HUNDREDS(1_500),
    THOUSANDS(5_000);

    /**
     * About five times as many as were needed when it was measured, for each change shifts them.
     */
    final int seeds;

    Within(int seeds) {
      this.seeds = seeds;
    }

    Broken by(Core core) {
      return new Broken(core, this);
    }
  }

  /** A core that breaks a rule, and how soon that is seen. */
  record Broken(Core core, Within within) {}

  static Map<String, Broken> byRule() {
    Map<String, Broken> all = new TreeMap<>();
    all.put("R1", Within.A_FEW_SEEDS.by(new LeasesEndEarly()));
    all.put("R2", Within.A_FEW_SEEDS.by(new FencesStandStill()));
    all.put("R3", Within.HUNDREDS.by(new AnyoneCommits()));
    all.put("R4", Within.A_FEW_SEEDS.by(new CrashesForget()));
    all.put("R5", Within.A_FEW_SEEDS.by(new ManifestFirst()));
    all.put("R6", Within.A_FEW_SEEDS.by(new FoldersNamedByPosition()));
    all.put("R7", Within.A_FEW_SEEDS.by(new OptimizerStateDropped()));
    all.put("R8", Within.A_FEW_SEEDS.by(new RepeatsDecidedAnew()));
    all.put("R9", Within.A_FEW_SEEDS.by(new DeafToStop()));
    all.put("R10", Within.HUNDREDS.by(new HeartbeatIsProgress()));
    all.put("R11", Within.A_FEW_SEEDS.by(new OneErrorFails()));
    all.put("R12", Within.A_FEW_SEEDS.by(new RestartCountsAgainstLeases()));
    all.put("R13", Within.A_FEW_SEEDS.by(new ParentPruned()));
    all.put("R13, what a job asked to keep", Within.A_FEW_SEEDS.by(new NewestOnly()));
    all.put("R15", Within.A_FEW_SEEDS.by(new AnyStoreWillDo()));
    all.put("R7, across profiles", Within.HUNDREDS.by(new ProfilesOverlooked()));
    all.put("R7, a change accepted once", Within.HUNDREDS.by(new AcceptedForEver()));
    all.put("R7, a change that nobody accepted", Within.HUNDREDS.by(new AnyScriptWillDo()));
    all.put("R12, the worker's side", Within.A_FEW_SEEDS.by(new GivesUpOutOfReach()));
    all.put("H1", Within.A_FEW_SEEDS.by(new EqualWorkersTakeTurns()));
    all.put("H2", Within.HUNDREDS.by(new TurnsAreCutShort()));
    all.put("H3", Within.HUNDREDS.by(new PriorityWaitsForTheSegment()));
    all.put("H4", Within.HUNDREDS.by(new EndsAreOverlooked()));
    all.put("H5", Within.HUNDREDS.by(new EndsAreNotHeard()));
    return all;
  }

  private static final class LeasesEndEarly extends Core {
    @Override
    Duration ticker(Duration now, Duration ready) {
      return now.multipliedBy(2);
    }
  }

  private static final class FencesStandStill extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      boolean grants = command instanceof Acquire && decision.changed().isPresent();
      Optional<Lease> lease = decision.changed().flatMap(Job::lease);
      if (!grants || lease.isEmpty() || job.fence().equals(Fence.NONE)) {
        return decision;
      }
      Lease again =
          new Lease(job.fence(), lease.get().ask(), lease.get().segment(), lease.get().grantedAt());
      Outcome.Granted granted = (Outcome.Granted) decision.outcome();
      return new Decision(
          decision.changed().map(j -> with(j, j.state(), again.fence(), Optional.of(again))),
          new Outcome.Granted(
              granted.job(), again.fence(), granted.segment(), granted.head(), granted.store()),
          decision.rows());
    }
  }

  private static final class AnyoneCommits extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      if (command instanceof Commit commit && job.lease().isPresent()) {
        Lease lease = job.lease().get();
        Checkpoint told = commit.checkpoint();
        Checkpoint taken =
            new Checkpoint(
                told.digest(),
                job.head().map(Checkpoint::digest),
                told.position(),
                lease.fence(),
                told.folder(),
                told.stateDigest(),
                told.bytes(),
                told.format());
        return super.decide(
            job,
            stored,
            new Commit(
                lease.fence(),
                lease.ask().secretHash(),
                taken,
                commit.profile(),
                commit.measurements(),
                commit.finalReason(),
                commit.verified(),
                commit.giveWay()),
            now);
      }
      return super.decide(job, stored, command, now);
    }
  }

  private static final class CrashesForget extends Core {
    @Override
    boolean forgetsInCrash() {
      return true;
    }
  }

  private static final class ManifestFirst extends Core {
    @Override
    boolean manifestBeforeFiles() {
      return true;
    }
  }

  private static final class FoldersNamedByPosition extends Core {
    @Override
    String folder(CheckpointFolder folder) {
      return folder.job() + "/" + folder.position();
    }
  }

  private static final class OptimizerStateDropped extends Core {
    @Override
    SimulatedState restored(SimulatedState state) {
      return new SimulatedState(state.position(), state.mixed() ^ 1);
    }
  }

  private static final class ProfilesOverlooked extends Core {
    private static final NumericProfile ANY = new NumericProfile(Map.of("device", "any"));

    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      return command instanceof Commit told
          ? super.decide(
              job,
              stored,
              new Commit(
                  told.fence(),
                  told.secretHash(),
                  told.checkpoint(),
                  ANY,
                  told.measurements(),
                  told.finalReason(),
                  told.verified(),
                  told.giveWay()),
              now)
          : super.decide(job, stored, command, now);
    }
  }

  private static final class AcceptedForEver extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      return command instanceof Commit
          ? new Decision(
              decision.changed().map(after -> accepting(after, job.acceptChange())),
              decision.outcome(),
              decision.rows())
          : decision;
    }
  }

  private static final class AnyScriptWillDo extends Core {
    @Override
    boolean accepts(boolean isOfThisScript, Grant grant) {
      return true;
    }
  }

  private static final class RepeatsDecidedAnew extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      return super.decide(job, Optional.empty(), command, now);
    }
  }

  private static final class DeafToStop extends Core {
    @Override
    boolean heedsStop() {
      return false;
    }
  }

  private static final class HeartbeatIsProgress extends Core {
    @Override
    long progress(long told, long renewals) {
      return renewals;
    }
  }

  private static final class OneErrorFails extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      return command instanceof Fail
          ? new Decision(
              decision.changed().map(j -> with(j, JobState.FAILED, j.fence(), Optional.empty())),
              decision.outcome(),
              decision.rows())
          : decision;
    }
  }

  /** It does not take the hour for an absence either. */
  private static final class RestartCountsAgainstLeases extends Core {
    @Override
    Duration longestAbsence(Duration asItIs) {
      return Duration.ofDays(1_000);
    }

    @Override
    Duration ticker(Duration now, Duration ready) {
      return now.equals(ready) ? now : now.plusHours(1);
    }
  }

  private static final class ParentPruned extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      if (!(command instanceof Commit) || decision.changed().isEmpty() || job.head().isEmpty()) {
        return decision;
      }
      List<History> rows = new ArrayList<>(decision.rows());
      rows.add(new CheckpointMarked(job.head().get().digest(), CheckpointMarked.Mark.PRUNED, now));
      return new Decision(decision.changed(), decision.outcome(), rows);
    }
  }

  /** A shelf that is forgotten with the next commit. */
  private static final class NewestOnly extends Core {
    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      return command instanceof Commit
          ? new Decision(
              decision
                  .changed()
                  .map(after -> withShelf(after, new PinnedCheckpoints(List.of(), Map.of()))),
              decision.outcome(),
              decision.rows())
          : decision;
    }
  }

  private static final class AnyStoreWillDo extends Core {
    @Override
    Ask asked(Ask ask, StoreId storeOfJobs) {
      return Ask.of(
              ask.secretHash(),
              ask.session(),
              ask.worker(),
              ask.programs(),
              Set.of(storeOfJobs),
              ask.device())
          .endingIn(ask.endsIn())
          .reading(Manifest.FORMAT);
    }
  }

  private static final class GivesUpOutOfReach extends Core {
    @Override
    boolean givesUpOutOfReach() {
      return true;
    }
  }

  /** Each save is answered as another finding of when to give way would have it. */
  private abstract static class OtherHandOvers extends Core {
    abstract GiveWay instead(Job job, GiveWay found);

    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      return command instanceof Commit told
          ? super.decide(job, stored, told.givingWay(instead(job, told.giveWay())), now)
          : super.decide(job, stored, command, now);
    }
  }

  private static final class EqualWorkersTakeTurns extends OtherHandOvers {
    @Override
    GiveWay instead(Job job, GiveWay found) {
      return found == GiveWay.NOT_NOW ? GiveWay.AT_SEGMENT_END : found;
    }
  }

  /** Each job gives way to whichever waited when it was leased. */
  private static final class TurnsAreCutShort extends OtherHandOvers {
    private final Map<JobId, JobState> states = new TreeMap<>(Comparator.comparing(JobId::value));

    @Override
    Decision decide(Job job, Optional<Outcome> stored, Command command, Instant now) {
      Decision decision = super.decide(job, stored, command, now);
      states.put(job.id(), decision.changed().orElse(job).state());
      return decision;
    }

    @Override
    GiveWay instead(Job job, GiveWay found) {
      boolean anotherWaits =
          states.entrySet().stream()
              .anyMatch(e -> !e.getKey().equals(job.id()) && e.getValue() == JobState.WAITING);
      return found == GiveWay.NOT_NOW && anotherWaits ? GiveWay.AT_SEGMENT_END : found;
    }
  }

  private static final class PriorityWaitsForTheSegment extends OtherHandOvers {
    @Override
    GiveWay instead(Job job, GiveWay found) {
      return found == GiveWay.WITH_NEXT_SAVE ? GiveWay.AT_SEGMENT_END : found;
    }
  }

  private static final class EndsAreOverlooked extends OtherHandOvers {
    @Override
    GiveWay instead(Job job, GiveWay found) {
      return found == GiveWay.AT_SEGMENT_END ? GiveWay.NOT_NOW : found;
    }
  }

  private static final class EndsAreNotHeard extends Core {
    @Override
    Ask asked(Ask ask, StoreId storeOfJobs) {
      return ask.endingIn(Optional.empty());
    }
  }

  private static Job with(Job job, JobState state, Fence fence, Optional<Lease> lease) {
    return with(job, state, fence, lease, job.shelf(), job.acceptChange());
  }

  private static Job accepting(Job job, boolean acceptChange) {
    return with(job, job.state(), job.fence(), job.lease(), job.shelf(), acceptChange);
  }

  private static Job withShelf(Job job, PinnedCheckpoints shelf) {
    return with(job, job.state(), job.fence(), job.lease(), shelf, job.acceptChange());
  }

  private static Job with(
      Job job,
      JobState state,
      Fence fence,
      Optional<Lease> lease,
      PinnedCheckpoints shelf,
      boolean acceptChange) {
    return with(job, job.version(), state, fence, lease, shelf, acceptChange);
  }

  static Job ofVersion(Job job, long version) {
    return with(
        job, version, job.state(), job.fence(), job.lease(), job.shelf(), job.acceptChange());
  }

  private static Job with(
      Job job,
      long version,
      JobState state,
      Fence fence,
      Optional<Lease> lease,
      PinnedCheckpoints shelf,
      boolean acceptChange) {
    return new Job(
        job.id(),
        job.spec(),
        version,
        state,
        job.reason(),
        job.store(),
        job.chain(),
        shelf,
        job.begun(),
        fence,
        lease,
        job.budget(),
        job.submittedAt(),
        job.waitingSince(),
        job.certificate(),
        acceptChange);
  }
}
