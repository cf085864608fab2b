package baton.scripts.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import baton.scripts.drill.Diagnosis.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Eight batches; the relay is killed after the fourth and goes on from the second. */
class DiagnosisTest {
  private static final UnaryOperator<Leg.Step> SAME = UnaryOperator.identity();
  private static final StateComparison OTHER_WEIGHTS =
      new StateComparison(
          new Position(0, 4), Map.of(Part.WEIGHTS, 2), Map.of(Part.WEIGHTS, List.of("0.bias")));

  @Test
  void twoRunsThatAreTheSameThroughoutAreExact() {
    assertThat(diagnose(SAME, SAME)).isEmpty();
  }

  @Test
  void otherGeneratorsComeBeforeAllThatFollowsFromThem() {
    UnaryOperator<Leg.Step> otherTorch =
        step ->
            new Leg.Step(
                step.at(),
                Optional.of("another batch"),
                Map.of("python", "1", "torch", "9"),
                Optional.of("another loss"));

    assertThat(diagnose(SAME, otherTorch))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.RANDOMNESS);
              assertThat(found.names()).containsExactly("torch");
              assertThat(found.moment()).isEqualTo(Moment.AT_THE_RESTORE);
              assertThat(found.at()).isEqualTo(new Position(0, 2));
            });
  }

  @Test
  void otherBatchesWithTheSameGeneratorsAreTheOrderOfTheData() {
    assertThat(diagnose(step -> batch(step, "x"), SAME))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.ORDER);
              assertThat(found.moment()).isEqualTo(Moment.BEFORE_THE_KILL);
            });
  }

  @Test
  void freshRunsThatDifferInTheirFirstLossBeganWithOtherWeights() {
    assertThat(diagnose(step -> loss(step, "x"), SAME))
        .hasValueSatisfying(found -> assertThat(found.part()).isEqualTo(Part.WEIGHTS));
  }

  @Test
  void freshRunsThatPartLaterDrawFromAGeneratorThatNobodyKnows() {
    assertThat(diagnose(step -> step.at().batch() < 3 ? step : loss(step, "x"), SAME))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.RANDOMNESS);
              assertThat(found.names()).isEmpty();
            });
  }

  @Test
  void aLossThatDiffersRightAfterTheRestoreIsAValueThatWasNotRestored() {
    assertThat(diagnose(SAME, step -> loss(step, "x")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.STATE);
              assertThat(found.moment()).isEqualTo(Moment.AT_THE_RESTORE);
            });
    assertThat(diagnose(SAME, step -> loss(step, "x"), new Leg.Forgotten("model", "Decoder")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.WEIGHTS);
              assertThat(found.owners()).containsExactly("Decoder");
            });
  }

  @Test
  void aLossThatDiffersABatchLaterIsAnotherUpdate() {
    UnaryOperator<Leg.Step> later = step -> step.at().batch() == 2 ? step : loss(step, "x");

    assertThat(diagnose(SAME, later, new Leg.Forgotten("optimizer", "AdamW")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.OPTIMIZER);
              assertThat(found.owners()).containsExactly("AdamW");
              assertThat(found.names()).containsExactly("0.bias");
            });
    assertThat(diagnose(SAME, later))
        .hasValueSatisfying(found -> assertThat(found.part()).isEqualTo(Part.STATE));
  }

  @Test
  void checkpointsThatDifferAreNotExactEvenIfEveryLossIsTheSame() {
    Leg whole = new Leg(steps(0, 8, SAME), List.of());
    Diagnosis.Evidence evidence =
        new Diagnosis.Evidence(whole, List.of(whole), List.of(OTHER_WEIGHTS));

    assertThat(Diagnosis.of(evidence))
        .hasValueSatisfying(found -> assertThat(found.at()).isEqualTo(OTHER_WEIGHTS.at()));
  }

  private static Optional<Diagnosis> diagnose(
      UnaryOperator<Leg.Step> fresh, UnaryOperator<Leg.Step> restored, Leg.Forgotten... forgotten) {
    boolean same = fresh == SAME && restored == SAME;
    return Diagnosis.of(
        new Diagnosis.Evidence(
            new Leg(steps(0, 8, SAME), List.of()),
            List.of(
                new Leg(steps(0, 4, fresh), List.of(forgotten)),
                new Leg(steps(2, 8, restored), List.of(forgotten))),
            same ? List.of() : List.of(OTHER_WEIGHTS)));
  }

  private static List<Leg.Step> steps(int from, int to, UnaryOperator<Leg.Step> how) {
    List<Leg.Step> steps = new ArrayList<>();
    for (int i = from; i < to; i++) {
      steps.add(
          how.apply(
              new Leg.Step(
                  new Position(0, i),
                  Optional.of("batch " + i),
                  Map.of("python", "1", "torch", "" + i),
                  Optional.of("loss " + i))));
    }
    return steps;
  }

  private static Leg.Step batch(Leg.Step step, String batch) {
    return new Leg.Step(step.at(), Optional.of(batch), step.generators(), step.loss());
  }

  private static Leg.Step loss(Leg.Step step, String loss) {
    return new Leg.Step(step.at(), step.batch(), step.generators(), Optional.of(loss));
  }
}
