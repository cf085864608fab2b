package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.worker.segment.Program;
import example.spirals.SpiralPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/guide/adding-a-program.md tells is so. */
class AddingAProgramTest {
  private static final Path PAGE = Path.of("../docs/guide/adding-a-program.md");
  private static final Path HERE = Path.of("src/test/java/example/spirals");

  private static final Program SPIRALS = new SpiralPrograms().programs(Track.torch()).get(0);

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @Test
  void theProgramOnThePageIsTheOneThatIsTestedHere() throws Exception {
    assertThat(Files.readString(PAGE))
        .contains(Files.readString(HERE.resolve("Spirals.java")))
        .contains(Files.readString(HERE.resolve("SpiralPrograms.java")))
        .contains("META-INF/services/" + ProgramProvider.class.getName());
  }

  @Test
  void thePageNamesEveryParameterThatAllProgramsTake() throws Exception {
    Parameters parameters = new Parameters("any", Map.of());
    LoopSettings.of(parameters);
    Tuning.of(parameters, 1, 1);

    String page = Files.readString(PAGE);

    assertThat(parameters.known()).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  @Test
  void theSpiralsAreToldApart() throws Exception {
    Relayed done = Relayed.unbroken(SPIRALS, Track.job(7, 40, Map.of()), track);

    assertThat(done.curve().get(39).values().get("accuracy")).isGreaterThan(0.97);
  }

  @Test
  void theSpiralsAreExact() throws Exception {
    JobSpec job = Track.job(7, 3, Map.of("accumulate", 3, "ema", 0.9, "prefetch", 1));
    List<Position> stops = List.of(new Position(0, 7), new Position(2, 10));

    assertThat(Relayed.over(stops, SPIRALS, job, track))
        .isEqualTo(Relayed.unbroken(SPIRALS, job, track));
  }

  @Test
  void aProgramWrittenByThePageLearnsAndIsExact() throws Exception {
    Program echoes = Track.program(Echoes::new);
    Map<String, Object> everything =
        Map.of("accumulate", 2, "ema", 0.9, "prefetch", 3, "patience", 3, "clipNorm", 1);
    JobSpec job = Track.job(3, 30, everything);
    List<Position> stops = Relayed.stops(3, 6, 6, Position.ofEpochs(8));

    Relayed unbroken = Relayed.unbroken(echoes, job, track);

    List<Measurement> curve = unbroken.curve();
    assertThat(curve.get(curve.size() - 1).values().get("error.lowest"))
        .isLessThan(0.5 * curve.get(0).values().get("error"));
    assertThat(Relayed.over(stops, echoes, job, track)).isEqualTo(unbroken);
  }
}
