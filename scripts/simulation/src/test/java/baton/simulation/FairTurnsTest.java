package baton.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Grant;
import baton.protocol.JobId;
import baton.protocol.JobSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two jobs of one priority and one worker, in sessions of 4 h that know their end. */
class FairTurnsTest {
  private static final Duration EPOCH = Duration.ofMinutes(10);
  private static final int EPOCHS = 48; // 8 h
  private static final Duration TRANSFER = Duration.ofSeconds(30);

  private final List<Turn> turns = new ArrayList<>();

  /** A lease: when it was given, and of which job. */
  private record Turn(Duration at, JobId job) {}

  @Test
  void theyTakeTurnsThatAreLongEnoughToBeCheapAndShortEnoughToBeFair() {
    Duration took = play();

    assertThat(took)
        .as("16 h of training in 5 sessions, and what changes cost")
        .isLessThan(Duration.ofMinutes(17 * 60 + 30));
    Duration first = Duration.ZERO;
    Duration second = Duration.ZERO;
    for (int i = 0; i + 1 < turns.size() && first.plus(second).toHours() < 14; i++) {
      Duration held = turns.get(i + 1).at().minus(turns.get(i).at());
      if (turns.get(i).job().equals(turns.get(0).job())) {
        first = first.plus(held);
      } else {
        second = second.plus(held);
      }
      assertThat(first.minus(second).abs())
          .as("what one is ahead by, after %s", turns.get(i))
          .isLessThan(Duration.ofMinutes(80));
      assertThat(held).as("the turn of %s", turns.get(i)).isLessThan(Duration.ofMinutes(75));
    }
    assertThat(turns).as("neither all at once nor every few minutes").hasSizeBetween(16, 60);
  }

  private Duration play() {
    Scenario scenario =
        new Scenario(
            List.of(job("first"), job("second")),
            List.of(
                new Scenario.Machine(
                    "colab",
                    "gpu",
                    Scenario.SCRIPT,
                    Set.of(Scenario.STORE),
                    Optional.of(Duration.ZERO))),
            new Scenario.Sessions(
                of -> Optional.of(Duration.ofHours(4)),
                of -> Optional.empty(),
                of -> Optional.of(Duration.ofMinutes(5)),
                Duration.ofHours(9)),
            new SessionPacing(
                10,
                exactly(Duration.ofSeconds(90)),
                exactly(TRANSFER),
                exactly(Duration.ofSeconds(10)),
                exactly(EPOCH.dividedBy(10)),
                exactly(Duration.ofMillis(1)),
                exactly(Duration.ofMillis(100)),
                exactly(TRANSFER)),
            FaultProfile.FINE,
            ClusterFaults.NONE,
            false,
            Duration.ofDays(3),
            Duration.ofSeconds(10));
    World[] world = new World[1];
    world[0] =
        new World(
            1,
            Core.REAL,
            scenario,
            new SimulatedWatcher() {
              @Override
              public void leased(SimulatedProcess worker, Grant grant) {
                turns.add(new Turn(world[0].agenda.now(), grant.job()));
              }
            });
    return world[0].run().took();
  }

  private static JobSpec job(String name) {
    return JobSpec.of(name, "digits", EPOCHS).withSeed(7);
  }

  private static SessionPacing.Range exactly(Duration time) {
    return new SessionPacing.Range((int) time.toMillis(), (int) time.toMillis());
  }
}
