package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StateDigest;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R7: relayed equals unbroken, by sha256 over all weights, slots and scalars. */
class ExactResumeTest {
  private static final int EPOCHS = 3;
  private static final List<Position> STOPS =
      List.of(new Position(0, 4), new Position(1, 0), new Position(1, 1), new Position(2, 5));

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "sgd"})
  void aRelayEndsWithTheStateOfAnUnbrokenRun(String optimizer) throws Exception {
    JobSpec job = job(optimizer);
    Program program = Track.program(TinyImages::new);

    Relayed unbroken = Relayed.unbroken(program, job, track);
    Relayed relayed = Relayed.over(STOPS, program, job, track);

    assertThat(relayed).as("seed %s", job.seed()).isEqualTo(unbroken);
    assertThat(relayed.curve()).hasSize(EPOCHS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "adamw", "sgd"})
  void withoutTheOptimizersSlotsTheRelayWouldDiffer(String optimizer) throws Exception {
    JobSpec job = job(optimizer);
    Program program = Track.program(TinyImages::new);
    Sha256 unbroken = relay(program, job, List.of());

    Relayed dropped =
        Relayed.over(
            STOPS.subList(0, 1),
            program,
            job,
            track,
            saved -> Tampered.zero(saved.resolve(Optimizer.FILE), name -> true));

    assertThat(dropped.state()).isNotEqualTo(unbroken);
  }

  @Test
  void withoutASeedForEachBatchTheRelayWouldDiffer() throws Exception {
    JobSpec job = job("adam");
    Program program =
        new DjlProgram("tiny", TinyImages::new, Track.torch(), new Sabotage.SeedOnce());
    Program again = new DjlProgram("tiny", TinyImages::new, Track.torch(), new Sabotage.SeedOnce());

    Sha256 unbroken = relay(program, job, List.of());

    assertThat(relay(again, job, List.of())).as("unbroken, one seed is enough").isEqualTo(unbroken);
    assertThat(relay(program, job, STOPS)).isNotEqualTo(unbroken);
  }

  @Test
  void anotherThreadTrainsTheSame() throws Exception {
    JobSpec job = job("adam");
    Program program = Track.program(TinyImages::new);
    FutureTask<Sha256> elsewhere = new FutureTask<>(() -> relay(program, job, List.of()));

    new Thread(elsewhere, "training").start();

    assertThat(elsewhere.get()).isEqualTo(relay(program, job, List.of()));
  }

  @Test
  void anotherSeedGivesAnotherRun() throws Exception {
    Program program = Track.program(TinyImages::new);

    Sha256 one = relay(program, Track.job(1, 1, Map.of()), List.of());
    Sha256 two = relay(program, Track.job(2, 1, Map.of()), List.of());

    assertThat(one).isNotEqualTo(two);
  }

  @Test
  void aSnapshotIsNotTouchedByTheTrainingThatGoesOn() throws Exception {
    JobSpec job = job("adam");
    try (Run run = Track.fresh(Track.program(TinyImages::new), job)) {
      Track.trainOnly(run, new Position(0, 3));
      var written = track.digest(run);
      var snapshot = run.snapshot();

      Track.trainOnly(run, new Position(1, 3));

      Path late = track.save(snapshot);
      assertThat(StateDigest.of(late)).isEqualTo(written);
      assertThat(snapshot.position()).isEqualTo(new Position(0, 3));
    }
  }

  private static JobSpec job(String optimizer) {
    return Track.job(
        77,
        EPOCHS,
        Map.of("optimizer", optimizer, "schedule", "cosine", "warmUpEpochs", 0.5, "clipNorm", 0.5));
  }

  private Sha256 relay(Program program, JobSpec job, List<Position> stops) throws Exception {
    return Relayed.over(stops, program, job, track).state();
  }
}
