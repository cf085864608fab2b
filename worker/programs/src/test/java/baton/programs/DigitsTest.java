package baton.programs;

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
import baton.worker.train.Relayed;
import baton.worker.train.Track;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitsTest {
  @Test
  void thereAre1797ImagesOfTenDigits() {
    DigitImages images = DigitImages.load();

    assertThat(images.labels()).hasSize(1797);
    assertThat(Arrays.stream(images.labels()).distinct().sorted().toArray())
        .isEqualTo(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    for (float[] pixels : images.pixels()) {
      for (float pixel : pixels) {
        assertThat(pixel).isBetween(0f, 1f);
      }
    }
  }

  @Test
  void aJobMayBringImagesOfItsOwn(@TempDir Path data) throws Exception {
    String image = "0,16,".repeat(32);
    Files.writeString(data.resolve("digits.csv"), (image + "7\n").repeat(12));
    DigitImages images = DigitImages.in(data);
    assertThat(images.labels()).hasSize(12).containsOnly(7);
    assertThat(images.pixels()[0]).startsWith(0f, 1f, 0f, 1f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,2,3\n", "x", "no such file"})
  void dataThatIsNoImagesIsTheProgramsTrouble(String text, @TempDir Path data) throws Exception {
    if (!text.startsWith("no")) {
      Files.writeString(data.resolve("digits.csv"), text);
    }
    assertThatThrownBy(() -> DigitImages.in(data))
        .isInstanceOfSatisfying(
            TroubleException.class,
            e -> assertThat(e.trouble().kind()).isEqualTo(Trouble.Kind.PROGRAM))
        .hasMessageContaining("digits.csv");
  }

  @Test
  void theDataComesWithItsSourceItsLicenceAndItsSha256() throws Exception {
    try (InputStream data = DigitImages.class.getResourceAsStream("digits.csv.gz");
        InputStream text = DigitImages.class.getResourceAsStream("digits.txt")) {
      assertThat(new String(text.readAllBytes(), StandardCharsets.UTF_8))
          .contains("UCI Machine Learning Repository", "CC BY 4.0")
          .contains(Sha256.of(data.readAllBytes()).hex());
    }
  }

  @Test
  void after24EpochsTheHeldOutDigitsAreReadWithAtLeast97PercentAccuracy() throws Exception {
    long seed = 4;
    Program digits = new BuiltInPrograms().programs(Track.torch()).get(0);
    JobSpec job = JobSpec.of("d", "digits", 24).withSeed(seed);
    try (Run run = Track.fresh(digits, job)) {
      List<Measurement> curve = Track.train(run, job.end());

      assertThat(digits.name()).isEqualTo("digits");
      assertThat(run.batchesPerEpoch()).isEqualTo(45);
      assertThat(curve).hasSize(24);
      assertThat(curve.get(23).values().get("accuracy"))
          .as("seed %s", seed)
          .isGreaterThanOrEqualTo(0.97);
      assertThat(curve.get(23).values().get("loss")).isLessThan(curve.get(0).values().get("loss"));
    }
  }

  @Test
  void theDigitsAreRelayedExactly(@TempDir Path folder) throws Exception {
    JobSpec job = Track.job(5, 2, Map.of());
    Track track = new Track(folder);
    Program digits = Track.program(Digits::new);

    assertThat(Relayed.over(List.of(new Position(0, 31)), digits, job, track))
        .isEqualTo(Relayed.unbroken(digits, job, track));
  }

  @Test
  void theDigitsAreExactWithAllOfIt(@TempDir Path folder) throws Exception {
    long seed = 2026;
    Track track = new Track(folder);
    JobSpec job =
        Track.job(
            seed,
            3,
            Map.of(
                "augment",
                1,
                "ema",
                0.99,
                "patience",
                2,
                "accumulate",
                4,
                "prefetch",
                2,
                "batchSize",
                64));
    List<Position> stops = Relayed.stops(seed, 3, 23, job.end());

    Relayed unbroken = Relayed.unbroken(Track.program(Digits::new), job, track);

    assertThat(Relayed.over(stops, Track.program(Digits::new), job, track))
        .as("stops %s", stops)
        .isEqualTo(unbroken);
    assertThat(unbroken.curve().get(0).values())
        .containsKeys("accuracy", "accuracy.highest", "accuracy.highestEpoch");
  }
}
