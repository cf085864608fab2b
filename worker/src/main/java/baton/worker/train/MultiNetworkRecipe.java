package baton.worker.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What the author of a program with several networks writes: the networks, each with its objective,
 * the data and an evaluation. A program with one model writes a {@link Recipe}, which is a course
 * too. The loop, optimizers, randomness, checkpoints and errors are {@link DjlProgram}'s.
 *
 * <p>Training stays the same bit for bit through any relay if a course keeps to two rules. What it
 * draws at random comes from {@link Seeds} or, within networks and objectives, from the engine's
 * own generator, which is seeded before every batch. What it changes while it trains is {@link
 * #keep kept}. One course serves one run.
 *
 * @param <E> an example as it is loaded: plain values, none of the engine's arrays
 */
public interface MultiNetworkRecipe<E> {
  /** Makes the course of one run: usually the constructor of its class. */
  @FunctionalInterface
  interface Factory {
    MultiNetworkRecipe<?> create(Parameters parameters, Seeds seeds) throws TroubleException;
  }

  /** Some examples as the networks take them, and what should be made of them. */
  record Batch(NDList data, NDList labels) {}

  /** Raised whenever an older checkpoint can no longer be continued although all shapes fit. */
  default int version() {
    return 1;
  }

  /** Defaults of the common hyper-parameters, such as {@code batchSize}, where they differ. */
  default Map<String, Object> defaults() {
    return Map.of();
  }

  /** The networks in the order in which each batch trains them; called once. */
  List<Network> networks();

  /** The number of training examples. */
  int examples();

  /**
   * The training example of that number, augmented by what {@link Seeds#example} draws, if at all.
   * Called by several threads at once, so it changes nothing.
   */
  E example(int number, int epoch) throws IOException;

  /** Examples as arrays, in the same order. */
  Batch batch(NDManager manager, List<E> examples);

  /**
   * What is measured on the held-out split: finite numbers by name. The name {@code loss} is taken,
   * by the mean training loss of the epoch, and so are names with a dot. Changes nothing.
   *
   * @param networks as they are now, without dropout and the like; if the job sets {@code ema},
   *     with the averages of their weights
   */
  Map<String, Double> evaluate(NDManager manager, Networks networks);

  /** By which metric the best epoch is told, and whether there is still progress. */
  default TrainingGoal goal() {
    return TrainingGoal.lowest("loss");
  }

  /**
   * Declares what the course changes while it trains, beside weights: it becomes a part of every
   * checkpoint. Called once, before the first batch; objectives change it from then on.
   */
  default void keep(OwnState state) {}

  /** By what the scheduled learning rate of a network is multiplied at its next update. */
  default double rateFactor(String network) {
    return 1;
  }
}
