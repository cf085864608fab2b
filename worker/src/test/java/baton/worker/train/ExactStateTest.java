package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.worker.segment.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** R7 for all that is state beside weights and slots, each with a control that must differ. */
class ExactStateTest {
  private static final int EPOCHS = 4;
  private static final long SEED = 2026;
  private static final List<Position> STOPS =
      Relayed.stops(SEED, 5, TinyImages.BATCHES, Position.ofEpochs(EPOCHS));
  private static final List<Position> WITHIN_A_GROUP = List.of(new Position(1, 2));

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @ParameterizedTest
  @CsvSource({"2, adam", "4, adamw", "4, sgd", "100, adam"})
  void gradientsOfAHalfDoneGroupAreRelayed(int accumulate, String optimizer) throws Exception {
    assertExact(
        Track.program(TinyImages::new),
        job(Map.of("accumulate", accumulate, "optimizer", optimizer, "clipNorm", 0.5)));
  }

  @Test
  void withoutThoseGradientsTheRelayWouldDiffer() throws Exception {
    assertDiffers(
        Track.program(TinyImages::new),
        job(Map.of("accumulate", 4)),
        WITHIN_A_GROUP,
        saved -> Tampered.zero(saved.resolve(Optimizer.FILE), name -> name.endsWith(".gradient")));
  }

  @Test
  void theAveragesOfTheWeightsAreRelayedAndEvaluated() throws Exception {
    Program program = Track.program(TinyImages::new);

    Relayed averaged = assertExact(program, job(Map.of("ema", 0.9)));

    Relayed plain = Relayed.unbroken(program, job(Map.of()), track);
    assertThat(testLosses(averaged)).isNotEqualTo(testLosses(plain));
    assertThat(trainingLosses(averaged)).isEqualTo(trainingLosses(plain));
  }

  @Test
  void withoutTheAveragesTheRelayWouldDiffer() throws Exception {
    assertDiffers(
        Track.program(TinyImages::new),
        job(Map.of("ema", 0.9)),
        STOPS,
        saved ->
            Tampered.zero(saved.resolve(DjlSnapshot.EXTRA_FILE), name -> name.startsWith("ema.")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void anyNumberOfLoadersTrainsTheSame(int threads) throws Exception {
    Relayed alone = Relayed.unbroken(Track.program(TinyImages::new), job(Map.of()), track);

    Relayed helped = assertExact(Track.program(TinyImages::new), job(Map.of("prefetch", threads)));

    assertThat(helped).isEqualTo(alone);
  }

  @Test
  void examplesThatDependOnTheOneBeforeWouldDiffer() throws Exception {
    assertDiffers(Track.program(RemembersTheLast::new), job(Map.of()), STOPS, saved -> {});
  }

  @Test
  void whatAProgramKeepsIsRelayed() throws Exception {
    assertExact(Track.program(KeepsCentres::new), job(Map.of()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withoutWhatItKeepsTheRelayWouldDiffer(boolean tensorsNotNumbers) throws Exception {
    assertDiffers(
        Track.program(KeepsCentres::new),
        job(Map.of()),
        STOPS,
        saved -> {
          if (tensorsNotNumbers) {
            Tampered.zero(saved.resolve(DjlSnapshot.EXTRA_FILE), "own.centres"::equals);
          } else {
            Tampered.rewriteState(saved, "\"pull\":\"[^\"]*\"", "\"pull\":\"0x1.0p-3\"");
          }
        });
  }

  @Test
  void trainingEndsEarlyAtTheSameEpochForTheSameReason() throws Exception {
    JobSpec job = Track.job(SEED, 40, Map.of("patience", 3));

    Relayed early = assertExact(Track.program(GetsNoBetterAfterTwo::new), job);

    assertThat(early.end()).isEqualTo(Position.ofEpochs(5));
    assertThat(early.finalReason()).contains("score no better than 2 (epoch 2) for 3 epochs");
    assertThat(early.curve().get(4).values())
        .containsEntry("score", 0.0)
        .containsEntry("score.highest", 2.0)
        .containsEntry("score.highestEpoch", 2.0);
  }

  @Test
  void withoutTheBestEpochItWouldEndLater() throws Exception {
    JobSpec job = Track.job(SEED, 40, Map.of("patience", 3));

    Relayed forgetful =
        Relayed.over(
            List.of(new Position(3, 1)),
            Track.program(GetsNoBetterAfterTwo::new),
            job,
            track,
            saved -> Tampered.rewriteState(saved, "\"best\":\\{\"goal\":\\{[^}]*\\}[^}]*\\},", ""));

    assertThat(forgetful.end()).isEqualTo(Position.ofEpochs(7));
  }

  @Test
  void withoutPatienceOrAtTheJobsEndThereIsNoReason() throws Exception {
    for (int patience : new int[] {0, 2, 4}) {
      Relayed whole =
          Relayed.unbroken(
              Track.program(GetsNoBetterAfterTwo::new), job(Map.of("patience", patience)), track);

      assertThat(whole.end()).as("patience %s", patience).isEqualTo(Position.ofEpochs(EPOCHS));
      assertThat(whole.finalReason()).isEmpty();
    }
  }

  private Relayed assertExact(Program program, JobSpec job) throws Exception {
    Relayed unbroken = Relayed.unbroken(program, job, track);
    assertThat(Relayed.over(STOPS, program, job, track))
        .as("seed %s, stops %s", SEED, STOPS)
        .isEqualTo(unbroken);
    return unbroken;
  }

  private void assertDiffers(
      Program program, JobSpec job, List<Position> stops, Relayed.Tampering tampering)
      throws Exception {
    Relayed unbroken = Relayed.unbroken(program, job, track);
    assertThat(Relayed.over(stops, program, job, track, tampering).state())
        .isNotEqualTo(unbroken.state());
  }

  private static JobSpec job(Map<String, Object> parameters) {
    return Track.job(SEED, EPOCHS, parameters);
  }

  private static List<Double> testLosses(Relayed run) {
    return run.curve().stream().map(measured -> measured.values().get("testLoss")).toList();
  }

  private static List<Double> trainingLosses(Relayed run) {
    return run.curve().stream().map(measured -> measured.values().get("loss")).toList();
  }

  /**
   * Breaks the rule for {@link MultiNetworkRecipe#example}: how noisy one is depends on those
   * before.
   */
  private static final class RemembersTheLast extends TinyImages {
    private final AtomicInteger calls = new AtomicInteger();

    RemembersTheLast(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public Labelled example(int number, int epoch) {
      return super.example(number, calls.incrementAndGet());
    }
  }

  /**
   * Pulls what it predicts for a class towards the mean of its predictions so far, and ever harder.
   */
  private static final class KeepsCentres extends TinyImages {
    private NDArray centres;
    private OwnState.Value pull;

    KeepsCentres(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public void keep(OwnState state) {
      centres = state.tensor("centres", new Shape(3));
      pull = state.number("pull", 0.01);
    }

    @Override
    public NDArray loss(NDList labels, NDList predictions) {
      NDArray all = predictions.singletonOrThrow();
      NDArray far = all.sub(centres).square().mean().mul((float) pull.get());
      try (NDArray step = all.stopGradient().mean(new int[] {0}).mul(0.1f)) {
        centres.muli(0.9f).addi(step);
      }
      pull.set(pull.get() * 1.01);
      return super.loss(labels, predictions).add(far);
    }

    @Override
    public double rateFactor(String network) {
      return 1 + pull.get();
    }
  }

  /** Scores 1 after the first epoch, 2 after the second, and then nothing. */
  private static final class GetsNoBetterAfterTwo extends TinyImages {
    private OwnState.Value batches;

    GetsNoBetterAfterTwo(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    public void keep(OwnState state) {
      batches = state.number("batches", 0);
    }

    @Override
    public NDArray loss(NDList labels, NDList predictions) {
      batches.set(batches.get() + 1);
      return super.loss(labels, predictions);
    }

    @Override
    public Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model) {
      double epochs = batches.get() / BATCHES;
      return Map.of("score", epochs <= 2 ? epochs : 0);
    }

    @Override
    public TrainingGoal goal() {
      return TrainingGoal.highest("score");
    }
  }
}
