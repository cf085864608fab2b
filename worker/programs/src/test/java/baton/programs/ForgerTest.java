package baton.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.protocol.checkpoint.Safetensors;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import baton.worker.train.Relayed;
import baton.worker.train.Sabotage;
import baton.worker.train.Tampered;
import baton.worker.train.Track;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two networks with two optimizers: R7 for them, and that they are kept apart. */
class ForgerTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final long SEED = 11;
  private static final Program FORGER = Track.program(Forger::new);
  private static final int BATCHES = 12;

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void aRelayOfTwoNetworksEndsWithTheStateOfAnUnbrokenRun(int accumulate) throws Exception {
    JobSpec job = job(3, Map.of("accumulate", accumulate));
    List<Position> stops = Relayed.stops(SEED + accumulate, 4, BATCHES, job.end());

    Relayed unbroken = Relayed.unbroken(FORGER, job, track);

    assertThat(Relayed.over(stops, FORGER, job, track)).as("stops %s", stops).isEqualTo(unbroken);
  }

  @ParameterizedTest
  @ValueSource(strings = {"generator.", "discriminator."})
  void withoutTheSlotsOfOneNetworkTheRelayWouldDiffer(String network) throws Exception {
    JobSpec job = job(2, Map.of());

    Relayed dropped =
        Relayed.over(
            List.of(new Position(1, 3)),
            FORGER,
            job,
            track,
            saved -> Tampered.zero(saved.resolve(OPTIMIZER), name -> name.startsWith(network)));

    assertThat(dropped.state()).isNotEqualTo(Relayed.unbroken(FORGER, job, track).state());
  }

  @Test
  void withoutASeedForEachBatchTheRelayWouldDiffer() throws Exception {
    JobSpec job = job(2, Map.of());
    Program seededOnce = Sabotage.RANDOMNESS.of(FORGER);

    assertThat(Relayed.over(List.of(new Position(1, 3)), seededOnce, job, track).state())
        .isNotEqualTo(Relayed.unbroken(FORGER, job, track).state());
  }

  @Test
  void withoutWhatTheDiscriminatorGotRightTheRelayWouldDiffer() throws Exception {
    JobSpec job = job(2, Map.of("discriminator.learningRate", 0.01));

    Relayed forgetful =
        Relayed.over(
            List.of(new Position(1, 3)),
            FORGER,
            job,
            track,
            saved -> Tampered.rewriteState(saved, "\"right\":\"[^\"]*\"", "\"right\":\"0x1.0p0\""));

    assertThat(forgetful.curve().get(1))
        .isNotEqualTo(Relayed.unbroken(FORGER, job, track).curve().get(1));
  }

  @Test
  void theTensorsOfEachNetworkBearItsName() throws Exception {
    try (Run run = Track.fresh(FORGER, job(1, Map.of()))) {
      run.step();
      Path saved = track.save(run);

      assertThat(Safetensors.open(saved.resolve(WEIGHTS)))
          .containsKeys("generator.01Linear_weight", "discriminator.01Linear_weight");
      assertThat(Safetensors.open(saved.resolve(OPTIMIZER)))
          .containsKeys("generator.01Linear_weight.mean", "discriminator.01Linear_weight.variance");
      assertThat(Safetensors.open(saved.resolve("extra.safetensors")))
          .containsKeys("ema.generator.02BatchNorm_runningMean");
    }
  }

  @Test
  void eachNetworkMovesAtItsOwnRateAndByItsOwnLossAlone() throws Exception {
    // Plain gradient descent: a rate this small moves nothing that a float can hold.
    Map<String, Object> still =
        Map.of("optimizer", "sgd", "momentum", 0, "generator.learningRate", 1e-30, "ema", 0);
    try (Run run = Track.fresh(FORGER, job(1, still))) {
      Path before = track.save(run);
      run.step();
      run.step();
      Path after = track.save(run);

      assertThat(weight(after, "generator.01Linear_weight"))
          .isEqualTo(weight(before, "generator.01Linear_weight"));
      assertThat(weight(after, "discriminator.01Linear_weight"))
          .isNotEqualTo(weight(before, "discriminator.01Linear_weight"));
    }
  }

  @Test
  void itsForgeriesGetBetter() throws Exception {
    JobSpec job = Track.job(SEED, 12, Map.of());
    try (Run run = Track.fresh(FORGER, job)) {
      List<Measurement> curve = Track.train(run, job.end());

      Map<String, Double> last = curve.get(11).values();
      assertThat(last.get("distance.lowest")).as("%s", curve).isLessThan(1);
      assertThat(last).containsKeys("loss.generator", "loss.discriminator", "caught", "believed");
      assertThat(last.get("loss"))
          .isEqualTo(last.get("loss.discriminator") + last.get("loss.generator"));
    }
  }

  @Test
  void aBadParameterOfOneNetworkIsNamed() {
    assertThatThrownBy(() -> Track.fresh(FORGER, job(1, Map.of("generator.learningRate", -1))))
        .hasMessage(
            "The parameter generator.learningRate of the program tiny must be a number above 0,"
                + " not -1.");
    assertThatThrownBy(() -> Track.fresh(FORGER, job(1, Map.of("critic.learningRate", 1))))
        .hasMessage("The program tiny has no parameter critic.learningRate.");
  }

  private static byte[] weight(Path saved, String name) throws Exception {
    var data = Safetensors.open(saved.resolve(WEIGHTS)).get(name).data();
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }

  private static JobSpec job(int epochs, Map<String, Object> parameters) {
    Map<String, Object> all = new TreeMap<>(parameters);
    all.put("batchSize", 120);
    all.put("units", 12);
    return Track.job(SEED, epochs, all);
  }
}
