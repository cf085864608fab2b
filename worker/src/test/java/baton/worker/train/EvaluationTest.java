package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import baton.protocol.JobSpec;
import baton.protocol.Measurement;
import baton.protocol.Position;
import baton.worker.segment.Program;
import baton.worker.segment.Run;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  private static final JobSpec JOB = Track.job(3, 2, Map.of());

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @Test
  void aRunEvaluatedAndOneNotEvaluatedGoOnTheSame() throws Exception {
    assertEvaluationLeavesNoTrace(Track.program(TinyImages::new));
  }

  @Test
  void evenAnEvaluationThatDrawsFromTheGeneratorLeavesNoTrace() throws Exception {
    assertEvaluationLeavesNoTrace(Track.program(DrawsWhenEvaluated::new));
  }

  @Test
  void theLossIsTheMeanOverTheExamplesOfTheEpoch() throws Exception {
    try (Run run = Track.fresh(Track.program(TinyImages::new), JOB)) {
      double sum = 0;
      for (int batch = 0; batch < TinyImages.BATCHES; batch++) {
        int size = batch == TinyImages.BATCHES - 1 ? 10 : 16;
        sum += run.step().loss() * size;
      }

      Measurement measured = run.evaluate();

      assertThat(measured.position()).isEqualTo(Position.ofEpochs(1));
      assertThat(measured.values())
          .containsOnlyKeys("loss", "testLoss", "loss.lowest", "loss.lowestEpoch");
      assertThat(measured.values().get("loss")).isEqualTo(sum / TinyImages.EXAMPLES);
      assertThat(run.evaluate()).isEqualTo(measured);
    }
  }

  @Test
  void withinAnEpochThereIsNothingToEvaluate() throws Exception {
    try (Run run = Track.fresh(Track.program(TinyImages::new), JOB)) {
      assertThatThrownBy(run::evaluate).isInstanceOf(IllegalStateException.class);
      run.step();
      assertThatThrownBy(run::evaluate).hasMessageContaining("not at e0-b1");
    }
  }

  private void assertEvaluationLeavesNoTrace(Program program) throws Exception {
    try (Run evaluated = Track.fresh(program, JOB);
        Run not = Track.fresh(program, JOB)) {
      Track.train(evaluated, Position.ofEpochs(1));
      Track.trainOnly(not, Position.ofEpochs(1));
      assertThat(track.digest(evaluated)).as("at once").isEqualTo(track.digest(not));

      Track.train(evaluated, JOB.end());
      Track.trainOnly(not, JOB.end());
      assertThat(track.digest(evaluated)).as("an epoch later").isEqualTo(track.digest(not));
    }
  }

  private static final class DrawsWhenEvaluated extends TinyImages {
    DrawsWhenEvaluated(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
      return Map.of("drawn", (double) manager.randomNormal(new Shape(1)).getFloat());
    }
  }
}
