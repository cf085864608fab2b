package baton.programs.lipnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.Trouble;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import baton.worker.train.Programs;
import baton.worker.train.Track;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a whole, so small that an epoch takes less than a second. */
class LipNetTest {
  private static final Position MID_EPOCH = new Position(1, 1);

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @Test
  void aRelayEndsWithTheStateOfAnUnbrokenRun() throws Exception {
    assertRelayedExactly(job(2, Map.of("dropout", 0.2)));
  }

  @Test
  void aRelayOverAFilmedCorpusDoesToo() throws Exception {
    Path corpus = GridFolder.with(folder.resolve("grid"), 3, 2).root();

    assertRelayedExactly(
        job(2, Map.of("corpus", corpus.toString(), "heldOutSpeakers", 1, "batchSize", 2)));
  }

  @Test
  void aRunEvaluatedAndOneNotEvaluatedGoOnTheSame() throws Exception {
    JobSpec job = job(2, Map.of());
    try (Run evaluated = Track.fresh(program(), job);
        Run not = Track.fresh(program(), job)) {
      Track.train(evaluated, job.end());
      Track.trainOnly(not, job.end());

      assertThat(track.digest(evaluated)).isEqualTo(track.digest(not));
    }
  }

  @Test
  void itMeasuresWrongWordsAndCharactersOfBothDecoders() throws Exception {
    JobSpec job = job(1, Map.of());
    try (Run run = Track.fresh(program(), job)) {
      List<Measurement> curve = Track.train(run, job.end());

      assertThat(curve.get(0).values())
          .containsOnlyKeys(
              "loss",
              "testLoss",
              "wer",
              "cer",
              "greedyWer",
              "greedyCer",
              "wer.lowest",
              "wer.lowestEpoch");
      assertThat(curve.get(0).values().values()).allMatch(value -> value > 0);
    }
  }

  @Test
  void itLearns() throws Exception {
    JobSpec job = job(4, Map.of("dropout", 0, "learningRate", 0.01));
    try (Run run = Track.fresh(program(), job)) {
      List<Measurement> curve = Track.train(run, job.end());

      assertThat(curve.get(3).values().get("testLoss"))
          .as("%s", curve)
          .isLessThan(0.9 * curve.get(0).values().get("testLoss"));
    }
  }

  @Test
  void aWorkerBringsItAlong() {
    assertThat(Programs.found(Track.torch(), List.of()))
        .extracting(Program::name)
        .contains("lipnet");
  }

  @Test
  void parametersThatCannotBeAreSaidSo() {
    assertThatThrownBy(() -> Track.fresh(program(), job(1, Map.of("frames", 32))))
        .hasMessage(
            "The parameter frames of the program tiny must be a whole number from 33, not 32.");
    assertThatThrownBy(() -> Track.fresh(program(), job(1, Map.of("height", 8))))
        .hasMessageContaining("must be a whole number from 16, not 8");
    assertThatThrownBy(() -> Track.fresh(program(), job(1, Map.of("corpus", 7))))
        .hasMessageContaining("corpus of the program tiny must be a text, not 7");
    assertThatThrownBy(() -> Track.fresh(program(), job(1, Map.of("lips", 2))))
        .hasMessage("The program tiny has no parameter lips.");
  }

  @Test
  void aCorpusThatIsNotThereIsThisMachinesTrouble() {
    Map<String, Object> parameters = Map.of("corpus", folder.resolve("none").toString());

    assertThatThrownBy(() -> Track.fresh(program(), job(1, parameters)))
        .isInstanceOfSatisfying(
            TroubleException.class,
            error -> assertThat(error.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
        .hasMessageContaining("There is no folder");
  }

  @Test
  void aPictureThatVanishesInTrainingIsThisMachinesTrouble() throws Exception {
    Path corpus = GridFolder.with(folder.resolve("grid"), 2, 1).root();
    Map<String, Object> parameters = Map.of("corpus", corpus.toString(), "heldOutSpeakers", 1);
    try (Run run = Track.fresh(program(), job(1, parameters))) {
      for (String speaker : new String[] {"s1", "s2"}) {
        Files.writeString(corpus.resolve(speaker + "/clip0/7.png"), "");
      }

      assertThatThrownBy(run::step)
          .isInstanceOfSatisfying(
              TroubleException.class,
              error -> assertThat(error.trouble().kind()).isEqualTo(Trouble.Kind.MACHINE))
          .hasMessageContaining("7.png is not a picture");
    }
  }

  private void assertRelayedExactly(JobSpec job) throws Exception {
    List<Measurement> unbrokenCurve = new ArrayList<>();
    List<Measurement> relayedCurve = new ArrayList<>();
    Sha256 unbroken;
    try (Run run = Track.fresh(program(), job)) {
      unbrokenCurve.addAll(Track.train(run, job.end()));
      unbroken = track.digest(run);
    }
    Path saved;
    try (Run run = Track.fresh(program(), job)) {
      relayedCurve.addAll(Track.train(run, MID_EPOCH));
      saved = track.save(run);
    }

    try (Run run = Track.restored(program(), job, MID_EPOCH, saved)) {
      relayedCurve.addAll(Track.train(run, job.end()));

      assertThat(track.digest(run)).as("seed %s", job.seed()).isEqualTo(unbroken);
      assertThat(relayedCurve).hasSize(2).isEqualTo(unbrokenCurve);
    }
  }

  private static Program program() {
    return Track.program(LipNet::new);
  }

  private static JobSpec job(int epochs, Map<String, Object> parameters) {
    Map<String, Object> small =
        new TreeMap<>(
            Map.of(
                "frames", 40,
                "height", 16,
                "width", 32,
                "clipsPerEpoch", 12,
                "heldOutClips", 4,
                "batchSize", 4,
                "channels", 2,
                "units", 8));
    small.putAll(parameters);
    return Track.job(31, epochs, small);
  }
}
