package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import baton.cli.drill.Diagnosis.Moment;
import baton.protocol.Position;
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
                Optional.of("another loss"),
                new Leg.Before(Map.of("python", "1", "torch", "9"), Map.of(), Map.of(), Map.of()));

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
    assertThat(
            diagnose(
                SAME,
                step -> stranger(loss(step, "x"), "decoder"),
                new Leg.Forgotten("model", "Decoder", "decoder")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.WEIGHTS);
              assertThat(found.owners()).containsExactly("decoder (Decoder)");
            });
  }

  @Test
  void aLossThatDiffersABatchLaterIsAnotherUpdate() {
    UnaryOperator<Leg.Step> later =
        step -> stranger(step.at().batch() == 2 ? step : loss(step, "x"), "optimizer");

    assertThat(diagnose(SAME, later, new Leg.Forgotten("optimizer", "AdamW", "optimizer")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.OPTIMIZER);
              assertThat(found.owners()).containsExactly("optimizer (AdamW)");
              assertThat(found.names()).containsExactly("0.bias");
            });
    assertThat(diagnose(SAME, later))
        .hasValueSatisfying(found -> assertThat(found.part()).isEqualTo(Part.STATE));
  }

  @Test
  void whatWasNotGivenIsNotToBlameIfItIsWhatItWasInTheUnbrokenRun() {
    assertThat(
            diagnose(
                SAME,
                step -> loss(step, "x"),
                new Leg.Forgotten("generator", "Random", "names"),
                new Leg.Forgotten("model", "Teacher", "teacher")))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.STATE);
              assertThat(found.owners()).isEmpty();
            });
  }

  @Test
  void aGivenPartThatIsAnotherAtTheRestoreIsNamedBeforeTheLossThatFollows() {
    UnaryOperator<Leg.Step> otherMoments =
        step ->
            new Leg.Step(
                step.at(),
                step.batch(),
                step.loss(),
                new Leg.Before(
                    step.before().generators(), Map.of("optimizer", "x"), Map.of(), Map.of()));

    assertThat(diagnose(SAME, otherMoments))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.OPTIMIZER);
              assertThat(found.moment()).isEqualTo(Moment.AT_THE_RESTORE);
            });
  }

  @Test
  void aBatchWithoutALossInOneOfTheRunsIsNoDifference() {
    assertThat(
            diagnose(
                SAME,
                step -> new Leg.Step(step.at(), step.batch(), Optional.empty(), step.before()),
                List.of()))
        .isEmpty();
  }

  @Test
  void aValueThatIsWhatItWasInAFreshRunBeginsAnew() {
    UnaryOperator<Leg.Step> counting =
        step -> values(step, Map.of("steps", "" + step.at().batch(), "epoch", "0"));
    UnaryOperator<Leg.Step> countingAgain =
        step ->
            values(loss(step, "x"), Map.of("steps", "" + (step.at().batch() - 2), "epoch", "0"));
    DrillEvidence evidence =
        new DrillEvidence(
            Leg.of(steps(0, 8, counting)),
            List.of(Leg.of(steps(0, 4, counting)), Leg.of(steps(2, 8, countingAgain))),
            List.of(),
            Optional.empty(),
            Optional.empty());

    assertThat(Diagnosis.of(evidence))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.STATE);
              assertThat(found.startedOver()).containsExactly("steps");
            });
  }

  @Test
  void checkpointsThatDifferAreNotExactEvenIfEveryLossIsTheSame() {
    assertThat(diagnose(SAME, step -> step, List.of(OTHER_WEIGHTS)))
        .hasValueSatisfying(found -> assertThat(found.at()).isEqualTo(OTHER_WEIGHTS.at()));
  }

  @Test
  void aMetricThatDiffersIsAFindingButHowLongItTookIsNone() {
    assertThat(Diagnosis.of(measured(Map.of("loss", "0.5", "epoch_seconds", "1", "auc", "null"))))
        .isEmpty();
    assertThat(Diagnosis.of(measured(Map.of("loss", "0.25", "epoch_seconds", "1", "auc", "null"))))
        .hasValueSatisfying(
            found -> {
              assertThat(found.part()).isEqualTo(Part.METRICS);
              assertThat(found.at()).isEqualTo(new Position(1, 0));
              assertThat(found.names()).containsExactly("loss (0.5 unbroken, 0.25 relayed)");
            });
  }

  @Test
  void onlyNamesThatTellOfTheMachineAreNotCompared() {
    assertThat(List.of("time", "epoch_time", "eval_runtime", "samples_per_second", "gpu_memory"))
        .allMatch(Diagnosis::isOfTheMachine);
    assertThat(List.of("loss", "accuracy", "timesteps_reward", "beta", "sentiment", "theta"))
        .noneMatch(Diagnosis::isOfTheMachine);
  }

  @Test
  void runsThatEndAtDifferentPlacesAreNotExact() {
    Leg whole = Leg.of(steps(0, 8, SAME));
    Optional<Position> early = Optional.of(new Position(0, 8));

    assertThat(
            Diagnosis.of(
                new DrillEvidence(
                    whole, List.of(whole, whole), List.of(), early, Optional.empty())))
        .hasValueSatisfying(found -> assertThat(found.part()).isEqualTo(Part.END));
    assertThat(
            Diagnosis.of(new DrillEvidence(whole, List.of(whole, whole), List.of(), early, early)))
        .isEmpty();
  }

  private static DrillEvidence measured(Map<String, String> relayed) {
    Leg.Measured mine =
        new Leg.Measured(
            new Position(1, 0), Map.of("loss", "0.5", "epoch_seconds", "9", "auc", "null"));
    Leg.Measured theirs = new Leg.Measured(new Position(1, 0), relayed);
    return new DrillEvidence(
        leg(steps(0, 8, SAME), mine),
        List.of(Leg.of(steps(0, 4, SAME)), leg(steps(2, 8, SAME), theirs)),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static Leg leg(List<Leg.Step> steps, Leg.Measured measured) {
    return new Leg(steps, List.of(measured), List.of(), Optional.empty(), Optional.empty());
  }

  private static Optional<Diagnosis> diagnose(
      UnaryOperator<Leg.Step> fresh, UnaryOperator<Leg.Step> restored, Leg.Forgotten... forgotten) {
    boolean same = fresh == SAME && restored == SAME;
    return diagnose(fresh, restored, same ? List.of() : List.of(OTHER_WEIGHTS), forgotten);
  }

  private static Optional<Diagnosis> diagnose(
      UnaryOperator<Leg.Step> fresh,
      UnaryOperator<Leg.Step> restored,
      List<StateComparison> states,
      Leg.Forgotten... forgotten) {
    return Diagnosis.of(
        new DrillEvidence(
            Leg.of(steps(0, 8, SAME)),
            List.of(
                forgetting(steps(0, 4, fresh), forgotten),
                forgetting(steps(2, 8, restored), forgotten)),
            states,
            Optional.empty(),
            Optional.empty()));
  }

  private static Leg forgetting(List<Leg.Step> steps, Leg.Forgotten... forgotten) {
    return new Leg(steps, List.of(), List.of(forgotten), Optional.empty(), Optional.empty());
  }

  private static List<Leg.Step> steps(int from, int to, UnaryOperator<Leg.Step> how) {
    List<Leg.Step> steps = new ArrayList<>();
    for (int i = from; i < to; i++) {
      steps.add(
          how.apply(
              new Leg.Step(
                  new Position(0, i),
                  Optional.of("batch " + i),
                  Optional.of("loss " + i),
                  new Leg.Before(
                      Map.of("python", "1", "torch", "" + i), Map.of(), Map.of(), Map.of()))));
    }
    return steps;
  }

  private static Leg.Step batch(Leg.Step step, String batch) {
    return new Leg.Step(step.at(), Optional.of(batch), step.loss(), step.before());
  }

  private static Leg.Step loss(Leg.Step step, String loss) {
    return new Leg.Step(step.at(), step.batch(), Optional.of(loss), step.before());
  }

  /** With something that was not given, and is not in the unbroken run. */
  private static Leg.Step stranger(Leg.Step step, String path) {
    Leg.Before before = step.before();
    return new Leg.Step(
        step.at(),
        step.batch(),
        step.loss(),
        new Leg.Before(before.generators(), before.parts(), Map.of(path, "x"), before.values()));
  }

  private static Leg.Step values(Leg.Step step, Map<String, String> values) {
    Leg.Before before = step.before();
    return new Leg.Step(
        step.at(),
        step.batch(),
        step.loss(),
        new Leg.Before(before.generators(), before.parts(), before.strangers(), values));
  }
}
