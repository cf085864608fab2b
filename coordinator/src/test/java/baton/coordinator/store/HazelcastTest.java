package baton.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import baton.coordinator.lease.Pulse;
import baton.coordinator.lease.Pulses;
import baton.coordinator.lease.Signals;
import baton.protocol.Fence;
import baton.protocol.Hazard;
import baton.protocol.JobId;
import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HazelcastTest {
  private static final JobId JOB = new JobId("mnist");
  private static HazelcastNode node;

  @BeforeAll
  static void start() {
    node = HazelcastNode.startAlone("one-test");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void aPulseIsFoundUntilItIsRemoved() {
    Pulses pulses = node.pulses();
    Pulse pulse = pulse(1, OptionalDouble.of(0.1 + 0.2));
    pulses.put(JOB, pulse);

    assertThat(node.pulses().get(JOB)).contains(pulse);
    pulses.remove(JOB);
    assertThat(pulses.get(JOB)).isEmpty();
  }

  @Test
  void theNewestPulseIsTheOneThatIsFound() {
    Pulses pulses = node.pulses();
    pulses.put(JOB, pulse(1, OptionalDouble.of(0.5)));
    pulses.put(JOB, pulse(2, OptionalDouble.empty()));

    assertThat(pulses.get(JOB)).contains(pulse(2, OptionalDouble.empty()));
  }

  @Test
  void aPulseTellsHowOftenItsHolderSaves() {
    Hazard hazard = new Hazard(Duration.ofMinutes(52), 11, Duration.ofHours(9));
    Optional<Duration> cost = Optional.of(Duration.ofMillis(40));
    for (Optional<Duration> measured : List.of(cost, Optional.<Duration>empty())) {
      Pulse plain = pulse(1, OptionalDouble.empty());
      Pulse pulse =
          new Pulse(
              plain.fence(),
              plain.counter(),
              plain.phase(),
              plain.progress(),
              plain.position(),
              plain.loss(),
              Optional.of(new SaveInterval(Duration.ofSeconds(190), measured, measured, hazard)));
      node.pulses().put(JOB, pulse);

      assertThat(node.pulses().get(JOB)).contains(pulse);
    }
  }

  @Test
  void aJobNobodyRenewsHasNoPulse() {
    assertThat(node.pulses().get(new JobId("nobody"))).isEmpty();
    node.pulses().remove(new JobId("nobody"));
  }

  @Test
  void aSignalReachesEveryListener() throws InterruptedException {
    Signals signals = node.signals();
    BlockingQueue<JobId> first = new LinkedBlockingQueue<>();
    BlockingQueue<JobId> second = new LinkedBlockingQueue<>();
    signals.listen(first::add);
    node.signals().listen(second::add);

    signals.jobChanged(JOB);

    assertThat(first.poll(10, TimeUnit.SECONDS)).isEqualTo(JOB);
    assertThat(second.poll(10, TimeUnit.SECONDS)).isEqualTo(JOB);
  }

  @Test
  void signalsComeInTheOrderInWhichTheyWereSent() throws InterruptedException {
    Signals signals = node.signals();
    BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
    signals.listen(heard::add);
    for (int i = 0; i < 100; i++) {
      signals.jobChanged(new JobId("job-" + i));
    }

    for (int i = 0; i < 100; i++) {
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new JobId("job-" + i));
    }
  }

  @Test
  void twoCoordinatorsOnOneMachineDoNotFindOneAnother() {
    try (HazelcastNode another = HazelcastNode.startAlone("one-test")) {
      another.pulses().put(new JobId("theirs"), pulse(1, OptionalDouble.empty()));

      assertThat(node.pulses().get(new JobId("theirs"))).isEmpty();
    }
  }

  private static Pulse pulse(long counter, OptionalDouble loss) {
    return new Pulse(
        new Fence((7L << 20) + 3), counter, Phase.TRAIN, 1L << 33, new Position(4, 19), loss);
  }
}
