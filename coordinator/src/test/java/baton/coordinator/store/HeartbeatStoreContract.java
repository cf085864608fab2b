package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.HeartbeatStore;
import baton.coordinator.lease.LeaseHeartbeat;
import baton.coordinator.lease.Renewing;
import baton.protocol.Fence;
import baton.protocol.JobId;
import baton.protocol.LifetimeEstimate;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What every memory of renewals promises. */
abstract class HeartbeatStoreContract {
  private static final JobId JOB = new JobId("mnist");
  private static final JobId OTHER = new JobId("digits");
  private static final JobId NOBODYS = new JobId("nobody");

  /** The same memory each time it is asked. */
  abstract HeartbeatStore heartbeats();

  @Test
  void aPulseIsFoundUntilItIsRemoved() {
    LeaseHeartbeat heartbeat = heartbeat(1, OptionalDouble.of(0.1 + 0.2));
    heartbeats().put(JOB, heartbeat);

    assertThat(heartbeats().get(JOB)).contains(heartbeat);
    heartbeats().remove(JOB);
    assertThat(heartbeats().get(JOB)).isEmpty();
  }

  @Test
  void theNewestPulseIsTheOneThatIsFound() {
    heartbeats().put(JOB, heartbeat(1, OptionalDouble.of(0.5)));
    heartbeats().put(JOB, heartbeat(2, OptionalDouble.empty()));

    assertThat(heartbeats().get(JOB)).contains(heartbeat(2, OptionalDouble.empty()));
  }

  @Test
  void ofManyJobsThoseAreFoundThatSomebodyRenews() {
    LeaseHeartbeat first = heartbeat(1, OptionalDouble.empty());
    LeaseHeartbeat second = heartbeat(2, OptionalDouble.empty());
    heartbeats().put(JOB, first);
    heartbeats().put(OTHER, second);

    assertThat(heartbeats().all(List.of(JOB, OTHER, NOBODYS)))
        .isEqualTo(Map.of(JOB, first, OTHER, second));
    assertThat(heartbeats().all(List.of(OTHER))).isEqualTo(Map.of(OTHER, second));
    assertThat(heartbeats().all(List.of())).isEmpty();
  }

  @Test
  void aPulseTellsHowOftenItsHolderSaves() {
    LifetimeEstimate lifetime =
        new LifetimeEstimate(Duration.ofMinutes(52), 11, Duration.ofHours(9));
    Optional<Duration> cost = Optional.of(Duration.ofMillis(40));
    for (Optional<Duration> measured : List.of(cost, Optional.<Duration>empty())) {
      LeaseHeartbeat plain = heartbeat(1, OptionalDouble.empty());
      LeaseHeartbeat heartbeat =
          new LeaseHeartbeat(
              plain.fence(),
              plain.counter(),
              renewing(
                  OptionalDouble.empty(),
                  Optional.of(
                      new SaveInterval(Duration.ofSeconds(190), measured, measured, lifetime))));
      heartbeats().put(JOB, heartbeat);

      assertThat(heartbeats().get(JOB)).contains(heartbeat);
    }
  }

  @Test
  void aJobNobodyRenewsHasNoPulse() {
    assertThat(heartbeats().get(NOBODYS)).isEmpty();
    heartbeats().remove(NOBODYS);
  }

  private static LeaseHeartbeat heartbeat(long counter, OptionalDouble loss) {
    return new LeaseHeartbeat(new Fence((7L << 20) + 3), counter, renewing(loss, Optional.empty()));
  }

  private static Renewing renewing(OptionalDouble loss, Optional<SaveInterval> saving) {
    return new Renewing(Phase.TRAIN, new Position(4, 19), 1L << 33, loss, saving);
  }
}
