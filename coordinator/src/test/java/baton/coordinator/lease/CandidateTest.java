package baton.coordinator.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import baton.protocol.LifetimeEstimate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several waiting workers gets a job. */
class CandidateTest {
  private static final LifetimeEstimate FOUR_HOURS =
      new LifetimeEstimate(Duration.ofHours(4), 2, Duration.ofHours(8));
  private static final LifetimeEstimate AN_HOUR =
      new LifetimeEstimate(Duration.ofHours(1), 8, Duration.ofHours(8));

  @Test
  void ofEqualsTheFirstIsChosen() {
    List<Candidate> all = List.of(unknowing("anna"), unknowing("ben"));

    assertThat(best(all)).isEqualTo("anna");
    assertThat(all.get(0).whyAmong(all))
        .isEqualTo(
            "anna was chosen among 2 waiting workers: it waited longest, and none promises more");
  }

  @Test
  void theLongerSessionIsChosen() {
    Candidate ending = knowing("anna", Duration.ofMinutes(10), Duration.ZERO);
    Candidate staying = knowing("ben", Duration.ofHours(2), Duration.ZERO);
    List<Candidate> all = List.of(ending, staying);

    assertThat(best(all)).isEqualTo("ben");
    assertThat(staying.whyAmong(all))
        .isEqualTo("ben was chosen among 2 waiting workers: its session is expected to last 1.6 h");
  }

  @Test
  void whatASessionKnewOfItsEndGrowsOldWhileItWaits() {
    assertThat(
            best(
                List.of(
                    knowing("anna", Duration.ofMinutes(60), Duration.ofMinutes(31)),
                    knowing("ben", Duration.ofMinutes(30), Duration.ZERO))))
        .isEqualTo("ben");
  }

  @Test
  void aSessionThatVanishesSoonerIsExpectedToLastLess() {
    Candidate spot = new Candidate(Samples.ask("anna"), Duration.ZERO, AN_HOUR, 1);

    assertThat(best(List.of(spot, unknowing("ben")))).isEqualTo("ben");
    assertThat(knowing("eve", Duration.ofHours(4), Duration.ZERO).expectedLife().toMinutes() / 60.0)
        .as("4 h (1 - 1/e)")
        .isCloseTo(2.53, within(0.02));
  }

  @Test
  void aFasterDeviceGetsMoreDoneInLessTime() {
    Candidate slow = new Candidate(Samples.ask("anna"), Duration.ZERO, FOUR_HOURS, 0.25);
    Candidate fast =
        new Candidate(
            Samples.ask("ben"),
            Duration.ZERO,
            new LifetimeEstimate(Duration.ofHours(2), 4, Duration.ofHours(8)),
            1);
    List<Candidate> all = List.of(slow, fast);

    assertThat(best(all)).isEqualTo("ben");
    assertThat(fast.whyAmong(all)).endsWith("expected to last 2.0 h, on a faster device");
  }

  private static String best(List<Candidate> all) {
    return Candidate.best(all).orElseThrow().ask().worker();
  }

  private static Candidate unknowing(String worker) {
    return new Candidate(Samples.ask(worker), Duration.ZERO, FOUR_HOURS, 1);
  }

  private static Candidate knowing(String worker, Duration endsIn, Duration waited) {
    return new Candidate(Samples.askKnowing(worker, endsIn), waited, FOUR_HOURS, 1);
  }
}
