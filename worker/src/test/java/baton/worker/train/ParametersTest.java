package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
  @Test
  void whatTheJobSaysCountsBeforeTheProgramsDefaultAndThatBeforeTheFallback() throws Exception {
    Parameters parameters = new Parameters("tiny", Map.of("a", 1));
    parameters.addDefaults(Map.of("a", 2, "b", 2));

    assertThat(parameters.positive("a", 3)).isEqualTo(1);
    assertThat(parameters.positive("b", 3)).isEqualTo(2);
    assertThat(parameters.positive("c", 3)).isEqualTo(3);
  }

  @Test
  void anUnknownParameterIsNamedWithThoseThatAreKnown() {
    Trouble trouble = troubleOf(Map.of("lerningRate", 0.1));

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message()).isEqualTo("The program tiny has no parameter lerningRate.");
    assertThat(trouble.remedy())
        .contains("accumulate, batchSize, beta1, clipNorm, ema, learningRate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learningRate | -1 | a number above 0, not -1.0",
        "learningRate | NaN | a number above 0, not NaN",
        "clipNorm | -0.5 | a number from 0, not -0.5",
        "ema | 1 | a number from 0 up to but without 1, not 1.0",
        "patience | -1 | a whole number from 0, not -1.0",
        "accumulate | 0 | a whole number from 1, not 0.0",
        "prefetch | 33 | a whole number from 0 to 32, not 33.0",
        "momentum | 1 | a number from 0 up to but without 1, not 1.0",
        "batchSize | 0 | a whole number from 1, not 0.0",
        "batchSize | 2.5 | a whole number from 1, not 2.5",
        "batchSize | 1e12 | a whole number from 1, not 1.0E12"
      })
  void aNumberOutOfRangeIsNamedWithItsRange(String name, double value, String expected) {
    Trouble trouble = troubleOf(Map.of(name, value));

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.PROGRAM);
    assertThat(trouble.message())
        .isEqualTo("The parameter %s of the program tiny must be %s.".formatted(name, expected));
  }

  @Test
  void aWordWhereANumberBelongsIsShown() {
    assertThat(troubleOf(Map.of("learningRate", "fast")).message())
        .endsWith("must be a number above 0, not \"fast\".");
    assertThat(troubleOf(Map.of("batchSize", true)).message()).endsWith("not true.");
  }

  @Test
  void aTextIsAnyThatIsNotBlank() throws Exception {
    Parameters parameters = new Parameters("tiny", Map.of("corpus", "grid", "blank", " ", "n", 3));

    assertThat(parameters.text("corpus", "none")).isEqualTo("grid");
    assertThat(parameters.text("other", "none")).isEqualTo("none");
    assertThatThrownBy(() -> parameters.text("blank", "none"))
        .hasMessage("The parameter blank of the program tiny must be a text, not \" \".");
    assertThatThrownBy(() -> parameters.text("n", "none")).hasMessageEndingWith("a text, not 3.");
  }

  @Test
  void aCountMayBeginHigherThanOne() throws Exception {
    Parameters parameters = new Parameters("tiny", Map.of("frames", 33));

    assertThat(parameters.atLeast(33, "frames", 60)).isEqualTo(33);
    assertThatThrownBy(() -> parameters.atLeast(34, "frames", 60))
        .hasMessageEndingWith("must be a whole number from 34, not 33.");
  }

  @Test
  void aValueWithoutEndIsCut() {
    assertThat(troubleOf(Map.of("optimizer", "x".repeat(9_999))).message()).hasSizeLessThan(700);
    assertThat(troubleOf(Map.of("x".repeat(9_999), 1)).message()).hasSizeLessThan(700);
  }

  @Test
  void anOptimizerThatDoesNotExistIsShownWithThoseThatDo() {
    assertThat(troubleOf(Map.of("optimizer", "lion")).message())
        .endsWith("must be one of adam, adamw, sgd, not \"lion\".");
    assertThat(troubleOf(Map.of("schedule", 3)).message()).endsWith("cosine, not 3.");
  }

  @Test
  void tuningFollowsTheParameters() throws Exception {
    Tuning sgd =
        tuning(Map.of("optimizer", "sgd", "momentum", 0.5, "batchSize", 10, "clipNorm", 2));
    Tuning cosine = tuning(Map.of("schedule", "cosine", "warmUpEpochs", 0.5));
    Tuning step = tuning(Map.of("schedule", "step", "stepEpochs", 3, "stepFactor", 0.5));

    assertThat(sgd.rule()).isEqualTo(new UpdateRule.Sgd(0.5f, 0f));
    assertThat(sgd.clipNorm()).isEqualTo(2);
    assertThat(cosine.clipNorm()).isInfinite();
    assertThat(cosine.schedule()).isEqualTo(new LearningRateSchedule.Cosine(0.001f, 2, 40));
    assertThat(step.schedule()).isEqualTo(new LearningRateSchedule.Stepped(0.001f, 12, 0.5));
    assertThat(tuning(Map.of("optimizer", "adamw")).rule())
        .isEqualTo(new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, true));
  }

  @Test
  void whatIsSaidOfOneNetworkCountsBeforeWhatIsSaidOfAll() throws Exception {
    Parameters parameters = new Parameters("tiny", Map.of("a", 1, "left.a", 2, "b", 3));
    parameters.addDefaults(Map.of("left.b", 4, "left.c", 5, "c", 6));
    Parameters left = parameters.of(network("left"));
    Parameters right = parameters.of(network("right"));

    assertThat(left.positive("a", 9)).isEqualTo(2);
    assertThat(right.positive("a", 9)).isEqualTo(1);
    assertThat(left.positive("b", 9)).as("a job's word counts before a default").isEqualTo(3);
    assertThat(left.positive("c", 9)).isEqualTo(5);
    assertThat(right.positive("c", 9)).isEqualTo(6);
    parameters.refuseUnknown();
  }

  @Test
  void aScheduleCountsUpdatesNotBatches() throws Exception {
    assertThat(tuning(Map.of("schedule", "cosine", "accumulate", 3)).schedule())
        .isEqualTo(new LearningRateSchedule.Cosine(0.001f, 0, 20));
  }

  private static Network network(String name) {
    return new Network(name, new SequentialBlock(), new Shape(1), (networks, m, batch) -> null);
  }

  /** 100 examples, 10 epochs. */
  private static Tuning tuning(Map<String, Object> given) throws TroubleException {
    Parameters parameters = new Parameters("tiny", given);
    LoopSettings routine = LoopSettings.of(parameters);
    BatchPlan timetable = new BatchPlan(100, routine.batchSize(), routine.accumulate());
    Tuning tuning = Tuning.of(parameters, timetable.updatesPerEpoch(), 10);
    parameters.refuseUnknown();
    return tuning;
  }

  private static Trouble troubleOf(Map<String, Object> given) {
    return catchThrowableOfType(TroubleException.class, () -> tuning(given)).trouble();
  }
}
