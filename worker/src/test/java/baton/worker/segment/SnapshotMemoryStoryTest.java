package baton.worker.segment;

import static baton.worker.segment.Story.at;
import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.AfterCommit;
import baton.protocol.Cadence;
import baton.protocol.Position;
import baton.protocol.checkpoint.StoreException.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many copies of a run's state there are, and whose place the next one takes. */
class SnapshotMemoryStoryTest {
  private static final Cadence EVERY_BATCH = new Cadence(1, Cadence.Unit.BATCHES);

  @Test
  void aSavedSnapshotGivesItsMemoryBack() {
    Story story = everyBatch().trainsTo(at(0, 1));
    copies(story);

    story.isSaved();

    assertThat(discarded(story)).contains(at(0, 1));
  }

  @Test
  void theWaitingSnapshotGivesWayBeforeANewerOneIsCopied() {
    Story story = everyBatch().trainsTo(at(0, 1));
    copies(story);
    story.trainsTo(at(0, 2));
    copies(story);
    assertThat(discarded(story)).isEmpty();

    story.trainsTo(at(1, 0)).moves();

    assertThat(story.wants(Action.TakeSnapshot.class)).as("the evaluation came first").isTrue();
    assertThat(discarded(story)).contains(at(0, 2));
    assertThat(story.take(Action.Save.class).snapshot().position()).isEqualTo(at(0, 1));
  }

  @Test
  void aSnapshotWhoseSaveFailsWaitsAgainAndKeepsItsMemory() {
    Story story = everyBatch().trainsTo(at(0, 1));
    copies(story);

    story.saveFails(Kind.UNREACHABLE);

    assertThat(discarded(story)).isEmpty();
    assertThat(story.passes(Duration.ofMinutes(2)).take(Action.Save.class).snapshot().position())
        .isEqualTo(at(0, 1));
  }

  @Test
  void aSnapshotWhoseSaveFailsWhileANewerOneIsCopiedGivesItsMemoryBack() {
    Story story = everyBatch().trainsTo(at(0, 1));
    copies(story);
    story.moves();
    assertThat(story.wants(Action.TakeSnapshot.class)).isTrue();

    story.saveFails(Kind.UNREACHABLE);

    assertThat(discarded(story)).contains(at(0, 1));
    copies(story);
    assertThat(story.passes(Duration.ofMinutes(2)).take(Action.Save.class).snapshot().position())
        .isEqualTo(at(0, 2));
  }

  @Test
  void withMemoryForOneCopyTrainingGoesOnUntilTheSaveIsDone() {
    Story story = everyBatch(1).trainsTo(at(0, 1));
    copies(story);

    story.trainsTo(at(1, 1));
    assertThat(story.wants(Action.TakeSnapshot.class)).isFalse();

    story.isSaved();
    story.trainsTo(at(1, 2));
    copies(story);
    assertThat(story.take(Action.Save.class).snapshot().position()).isEqualTo(at(1, 2));
  }

  @Test
  void withMemoryForOneCopyTheLastStateIsSavedAllTheSame() {
    Story story = everyBatch(1).trainsTo(at(0, 1));
    copies(story);
    story.trainsOnUntilIdle();
    assertThat(story.position()).isEqualTo(Position.ofEpochs(Story.EPOCHS));

    story.isSaved();
    story.trainsOnUntilIdle();

    assertThat(story.take(Action.Save.class).snapshot().position())
        .isEqualTo(Position.ofEpochs(Story.EPOCHS));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whateverHappensNoMoreSnapshotsAreHeldThanThereIsMemoryFor(int atATime) {
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom chance = new SplittableRandom(seed);
      Story story = everyBatch(atATime);
      int held = 0;
      int taken = 0;
      for (int step = 0; step < 60; step++) {
        boolean copies = isNextACopy(story);
        switch (chance.nextInt(5)) {
          case 0 -> {
            if (story.wants(Action.Save.class)) {
              story.isSaved();
            }
          }
          case 1 -> {
            if (story.wants(Action.Save.class)) {
              story.saveFails(Kind.UNREACHABLE);
            }
          }
          case 2 -> {
            if (story.wants(Action.Commit.class)) {
              story.commitAnswered(AfterCommit.TRAIN_ON);
            }
          }
          case 3 -> story.seconds(5);
          default -> {
            if (story.moves() && copies) {
              taken++;
              held++;
            }
          }
        }
        while (discarded(story).isPresent()) {
          held--;
        }
        assertThat(held).as("seed %d, step %d", seed, step).isBetween(0, atATime);
      }
      assertThat(taken).as("seed %d", seed).isPositive();
    }
  }

  private static Story everyBatch() {
    return everyBatch(2);
  }

  private static Story everyBatch(int atATime) {
    Story story = Story.begins().with(EVERY_BATCH);
    return (atATime == 1 ? story.withMemoryForOneSnapshot() : story)
        .isGranted(Optional.empty())
        .isStarted();
  }

  private static boolean isNextACopy(Story story) {
    return story.wants(Action.TakeSnapshot.class);
  }

  /** The copy that is wanted is taken. */
  private static void copies(Story story) {
    while (story.wants(Action.TakeSnapshot.class) || story.wants(Action.Evaluate.class)) {
      story.moves();
    }
  }

  private static Optional<Position> discarded(Story story) {
    return story.wants(Action.Discard.class)
        ? Optional.of(story.take(Action.Discard.class).snapshot().position())
        : Optional.empty();
  }
}
