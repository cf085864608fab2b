package baton.simulation;

import baton.coordinator.lease.Job;
import baton.coordinator.lease.JobStore.Transition;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What coordinators that share a database must not do, done. */
final class ClusterSabotage {
  private ClusterSabotage() {}

  static Map<String, Sabotage.Broken> byRule() {
    Map<String, Sabotage.Broken> all = new TreeMap<>();
    all.put("R1, renewals are shared", Sabotage.Within.A_FEW_SEEDS.by(new RenewalsKeptToOneself()));
    all.put("R12, who was away begins anew", Sabotage.Within.HUNDREDS.by(new FreezesGoUnnoticed()));
    all.put(
        "R4, a commit that nobody heard of",
        Sabotage.Within.A_FEW_SEEDS.by(new SilenceIsSuccess()));
    all.put("V1", Sabotage.Within.THOUSANDS.by(new VersionsOverlooked()));
    all.put("S1", Sabotage.Within.A_FEW_SEEDS.by(new FilesHoldEveryThread()));
    return all;
  }

  private static final class RenewalsKeptToOneself extends Core {
    @Override
    boolean sharesRenewals() {
      return false;
    }
  }

  private static final class FreezesGoUnnoticed extends Core {
    @Override
    Duration longestAbsence(Duration asItIs) {
      return Duration.ofDays(1_000);
    }
  }

  private static final class SilenceIsSuccess extends Core {
    @Override
    boolean takesSilenceForSuccess() {
      return true;
    }
  }

  private static final class VersionsOverlooked extends Core {
    @Override
    Optional<Transition> savedThoughStale(Transition stale, Job now) {
      return stale.readVersion() < now.version()
          ? Optional.of(
              new Transition(
                  now.version(),
                  Sabotage.ofVersion(stale.changed(), now.version() + 1),
                  stale.outcome(),
                  stale.rows(),
                  stale.repeatKey(),
                  stale.stillCounts()))
          : Optional.empty();
    }
  }

  private static final class FilesHoldEveryThread extends Core {
    @Override
    int threads(int asManyAs) {
      return 1;
    }

    @Override
    Duration fileCheck(Duration takes) {
      return takes.multipliedBy(10);
    }
  }
}
