package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.tracker.Tracker;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our optimizers against DJL's own trainer on a small regression, every step, bit for bit. */
class OptimizerEqualityTest {
  private static final int STEPS = 40;
  private static final float RATE = 0.01f;
  private static final Shape INPUT = new Shape(8, 5);

  static Stream<Arguments> optimizers() {
    Tracker rate = Tracker.fixed(RATE);
    return Stream.of(
        Arguments.of(
            "adam",
            new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.001f, false),
            ai.djl.training.optimizer.Optimizer.adam()
                .optLearningRateTracker(rate)
                .optWeightDecays(0.001f)
                .build()),
        Arguments.of(
            "adamw",
            new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, true),
            ai.djl.training.optimizer.Optimizer.adamW().optLearningRateTracker(rate).build()),
        Arguments.of(
            "sgd with momentum",
            new UpdateRule.Sgd(0.9f, 0.001f),
            ai.djl.training.optimizer.Optimizer.sgd()
                .setLearningRateTracker(rate)
                .optMomentum(0.9f)
                .optWeightDecays(0.001f)
                .build()),
        Arguments.of(
            "sgd without momentum",
            new UpdateRule.Sgd(0f, 0f),
            ai.djl.training.optimizer.Optimizer.sgd().setLearningRateTracker(rate).build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("optimizers")
  void everyStepEqualsThatOfStockDjl(
      String name, UpdateRule rule, ai.djl.training.optimizer.Optimizer stock) throws Exception {
    List<float[]> theirs = trainWithStockDjl(stock);
    List<float[]> ours = trainWithOurs(rule);

    assertThat(ours).hasSize(STEPS);
    for (int step = 0; step < STEPS; step++) {
      assertThat(ours.get(step)).as("weights after step %s", step).isEqualTo(theirs.get(step));
    }
    assertThat(ours.get(0)).isNotEqualTo(ours.get(STEPS - 1));
  }

  private static List<float[]> trainWithStockDjl(ai.djl.training.optimizer.Optimizer stock)
      throws Exception {
    TorchEngine.Session session = Track.torch().session("cpu");
    session.engine().setRandomSeed(1);
    List<float[]> history = new ArrayList<>();
    try (Model model = Model.newInstance("stock", Device.cpu(), "PyTorch")) {
      model.setBlock(block());
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(Loss.l2Loss())
              .optOptimizer(stock)
              .optDevices(new Device[] {Device.cpu()});
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(INPUT);
        for (int step = 0; step < STEPS; step++) {
          try (NDManager scope = trainer.getManager().newSubManager()) {
            MultiNetworkRecipe.Batch batch = batch(scope, step);
            try (GradientCollector collector = trainer.newGradientCollector()) {
              NDList predictions = trainer.forward(batch.data());
              collector.backward(trainer.getLoss().evaluate(batch.labels(), predictions));
            }
            trainer.step();
            history.add(flat(model.getBlock()));
          }
        }
      }
    }
    return history;
  }

  private static List<float[]> trainWithOurs(UpdateRule rule) throws Exception {
    TorchEngine.Session session = Track.torch().session("cpu");
    session.engine().setRandomSeed(1);
    Tuning tuning =
        new Tuning(rule, new LearningRateSchedule.Constant(RATE), Double.POSITIVE_INFINITY);
    List<float[]> history = new ArrayList<>();
    try (NDManager manager = session.engine().newBaseManager(session.device())) {
      Block model = block();
      Network network = new Network("", model, INPUT, (networks, m, batch) -> null);
      Weights weights = new Weights(List.of(network), manager);
      Optimizer optimizer = new Optimizer(tuning, weights.trainable(network), manager);
      ParameterStore store = new ParameterStore(manager, false);
      for (int step = 0; step < STEPS; step++) {
        try (NDManager scope = manager.newSubManager()) {
          MultiNetworkRecipe.Batch batch = batch(scope, step);
          try (GradientCollector collector = session.engine().newGradientCollector()) {
            NDList predictions = model.forward(store, batch.data(), true);
            collector.backward(Loss.l2Loss().evaluate(batch.labels(), predictions));
          }
          optimizer.update(scope, 1);
          history.add(flat(model));
        }
      }
    }
    return history;
  }

  private static Block block() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(7).build())
        .add(Activation.tanhBlock())
        .add(Linear.builder().setUnits(1).build());
  }

  private static MultiNetworkRecipe.Batch batch(NDManager manager, int step) {
    SplitMix64 random = new SplitMix64(step);
    float[] data = new float[(int) INPUT.size()];
    float[] labels = new float[(int) INPUT.get(0)];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.nextDouble();
      labels[i % labels.length] += data[i] * data[i];
    }
    return new MultiNetworkRecipe.Batch(
        new NDList(manager.create(data, INPUT)),
        new NDList(manager.create(labels, new Shape(labels.length, 1))));
  }

  private static float[] flat(Block model) {
    List<Float> all = new ArrayList<>();
    model
        .getParameters()
        .forEach(
            named -> {
              NDArray array = named.getValue().getArray();
              for (float value : array.toFloatArray()) {
                all.add(value);
              }
            });
    float[] flat = new float[all.size()];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = all.get(i);
    }
    return flat;
  }
}
