package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Cadence;
import baton.protocol.Directive;
import baton.protocol.LifetimeEstimate;
import baton.protocol.SaveInterval;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A holder that chooses for itself how often to save. */
class CadenceStoryTest {
  private final Story story =
      Story.begins().with(Cadence.AUTO).isGranted(Optional.empty()).isStarted();

  @Test
  void itSavesOnceTheIntervalIsOverAndLearnsWhatThatCosts() {
    // Nothing is known, so the first comes after half a minute.
    SaveInterval first = saving();
    assertThat(first.cost()).isEmpty();
    assertThat(first.interval()).isEqualTo(Duration.ofSeconds(30));

    story.seconds(8).trainsTo(at(0, 1)); // 29 s in all
    assertThat(story.wants(Action.TakeSnapshot.class)).isFalse();
    story.seconds(1).trainsTo(at(0, 2));
    assertThat(story.wants(Action.TakeSnapshot.class)).isTrue();
  }

  @Test
  void whatTheCoordinatorLearnsChangesTheInterval() {
    hears(new LifetimeEstimate(Duration.ofMinutes(2), 9, Duration.ofMinutes(20)));

    SaveInterval heard = saving();
    // sqrt(2 * 1 s * 120 s)
    assertThat(heard.interval()).isEqualTo(Duration.ofNanos(15_491_933_385L));
    assertThat(heard.reason())
        .isEqualTo(
            "saves every 15 s: what a save costs is not measured yet, sessions like this last 2"
                + " min (9 lost in 20 min)");
  }

  @Test
  void aSaveIsDueByWhatWasHeardLast() {
    hears(new LifetimeEstimate(Duration.ofMinutes(2), 9, Duration.ofMinutes(20)));
    story.trainsTo(at(0, 1)); // 20 s have passed since it began

    assertThat(story.wants(Action.TakeSnapshot.class)).isTrue();
    story.moves();
    story.isSaved();
    assertThat(saving().upload()).contains(Duration.ZERO);
  }

  @Test
  void aFixedCadenceTellsNoReason() {
    Story fixed = Story.training().seconds(20);

    assertThat(fixed.take(Action.Renew.class).saving()).isEmpty();
  }

  private void hears(LifetimeEstimate lifetime) {
    story.seconds(20).take(Action.Renew.class);
    story.tell(
        Event.Renewed.of(story.turn(), story.now(), Story.TTL, Directive.GO_ON, "")
            .knowing(Optional.of(lifetime)));
  }

  private SaveInterval saving() {
    return story.seconds(21).take(Action.Renew.class).saving().orElseThrow();
  }
}
