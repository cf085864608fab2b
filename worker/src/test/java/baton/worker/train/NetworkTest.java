package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import baton.protocol.JobSpec;
import baton.protocol.Position;
import baton.protocol.checkpoint.Safetensors;
import baton.worker.segment.Run;
import baton.worker.segment.TroubleException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What networks that are trained together have to do with one another, in the smallest numbers. */
class NetworkTest {
  private static final String LEFT = "left.01Linear_weight";
  private static final String RIGHT = "right.01Linear_weight";

  @TempDir Path folder;
  private Track track;

  @BeforeEach
  void setUp() {
    track = new Track(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void anObjectiveMovesItsOwnNetworkAlone(int accumulate) throws Exception {
    JobSpec job = job(Map.of("accumulate", accumulate, "right.learningRate", 0.5));
    try (Run run = Track.fresh(Track.program(TwoWeights::new), job)) {
      Path before = track.save(run);
      Track.trainOnly(run, new Position(0, accumulate));
      Path after = track.save(run);

      assertThat(value(after, LEFT) - value(before, LEFT)).isCloseTo(-0.25f, within(1e-6f));
      assertThat(value(after, RIGHT) - value(before, RIGHT)).isCloseTo(-0.5f, within(1e-6f));
    }
  }

  @Test
  void aGroupOfBatchesMovesTheWeightsAsOneLargeBatchDoes() throws Exception {
    float whole = afterAnEpoch(Map.of("batchSize", 11));
    float inParts = afterAnEpoch(Map.of("batchSize", 4, "accumulate", 3));
    float onItsOwn = afterAnEpoch(Map.of("batchSize", 4));

    assertThat(inParts).isCloseTo(whole, within(1e-6f));
    assertThat(onItsOwn).isNotCloseTo(whole, within(1e-3f));
  }

  @Test
  void aLossThatIsNoNumberIsToldWithItsNetwork() throws Exception {
    try (Run run =
        Track.fresh(Track.program(TwoWeights::new), job(Map.of("left.learningRate", 1e38)))) {
      assertThatThrownBy(() -> Track.trainOnly(run, Position.ofEpochs(1)))
          .isInstanceOf(TroubleException.class)
          .hasMessageMatching(
              "The loss of the network left of tiny is (-?Infinity|NaN) at e0-b\\d\\.");
    }
  }

  @Test
  void aNetworkThatDoesNotExistIsNamed() throws Exception {
    try (Run run = Track.fresh(Track.program(AsksForAThird::new), job(Map.of()))) {
      assertThatThrownBy(run::step)
          .hasMessageContaining("there is no network middle, only [left, right]");
    }
  }

  @Test
  void aNameThatWouldBreakThoseOfTensorsIsRefused() {
    assertThatThrownBy(() -> new Network("a.b", new SequentialBlock(), new Shape(1), null))
        .hasMessageContaining("not \"a.b\"");
  }

  @Test
  void networksThatAreNotTwoAreRefused() {
    Block one = TwoWeights.weight();

    assertThatThrownBy(() -> Track.fresh(Track.program(pair("a", one, "b", one)), job(Map.of())))
        .hasMessageContaining(
            "two networks share a parameter, a.01Linear_weight and b.01Linear_weight");
    assertThatThrownBy(
            () ->
                Track.fresh(Track.program(pair("a", one, "a", TwoWeights.weight())), job(Map.of())))
        .hasMessageContaining("two networks are named a");
  }

  private static MultiNetworkRecipe.Factory pair(
      String left, Block first, String right, Block second) {
    return (parameters, seeds) ->
        new TwoWeights(parameters, seeds) {
          @Override
          public List<Network> networks() {
            return List.of(
                new Network(left, first, new Shape(1, 1), this::both),
                new Network(right, second, new Shape(1, 1), this::both));
          }
        };
  }

  private float afterAnEpoch(Map<String, Object> parameters) throws Exception {
    try (Run run = Track.fresh(Track.program(TwoWeights::new), job(parameters))) {
      Track.trainOnly(run, Position.ofEpochs(1));
      return value(track.save(run), LEFT);
    }
  }

  private static JobSpec job(Map<String, Object> parameters) {
    Map<String, Object> all = new TreeMap<>(parameters);
    all.put("optimizer", "sgd");
    all.put("momentum", 0);
    return Track.job(1, 1, all);
  }

  private static float value(Path saved, String weight) throws Exception {
    return Safetensors.open(saved.resolve(Weights.FILE))
        .get(weight)
        .data()
        .order(ByteOrder.LITTLE_ENDIAN)
        .getFloat(0);
  }

  /** Two networks of one weight each; the loss of the left one falls with both. */
  private static class TwoWeights implements MultiNetworkRecipe<Float> {
    TwoWeights(Parameters parameters, Seeds seeds) {}

    @Override
    public Map<String, Object> defaults() {
      return Map.of("batchSize", 2, "learningRate", 0.25);
    }

    @Override
    public List<Network> networks() {
      return List.of(
          new Network("left", weight(), new Shape(1, 1), this::both),
          new Network("right", weight(), new Shape(1, 1), this::right));
    }

    private static Block weight() {
      return new SequentialBlock().add(Linear.builder().setUnits(1).optBias(false).build());
    }

    NDArray both(Networks networks, NDManager manager, Batch batch) {
      NDArray left = networks.apply("left", batch.data()).singletonOrThrow();
      NDArray right = networks.apply("right", batch.data()).singletonOrThrow();
      return left.add(right.mul(100)).mean();
    }

    private NDArray right(Networks networks, NDManager manager, Batch batch) {
      return networks.apply("right", batch.data()).singletonOrThrow().mean();
    }

    @Override
    public int examples() {
      return 11;
    }

    @Override
    public Float example(int number, int epoch) {
      return 1f;
    }

    @Override
    public Batch batch(NDManager manager, List<Float> examples) {
      NDArray ones = manager.ones(new Shape(examples.size(), 1));
      return new Batch(new NDList(ones), new NDList());
    }

    @Override
    public Map<String, Double> evaluate(NDManager manager, Networks networks) {
      return Map.of();
    }
  }

  private static final class AsksForAThird extends TwoWeights {
    AsksForAThird(Parameters parameters, Seeds seeds) {
      super(parameters, seeds);
    }

    @Override
    NDArray both(Networks networks, NDManager manager, Batch batch) {
      return networks.apply("middle", batch.data()).singletonOrThrow().mean();
    }
  }
}
