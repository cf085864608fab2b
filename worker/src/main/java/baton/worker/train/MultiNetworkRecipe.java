package baton.worker.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A program with several networks, as its author writes it: the networks, each with its objective,
 * the data and an evaluation. A program with one model implements {@link Recipe}, a subtype. {@link
 * DjlProgram} provides the loop, optimizers, randomness, checkpoints and errors.
 *
 * <p>Training is the same bit for bit through any relay if a recipe keeps two rules. Its random
 * numbers come from {@link Seeds} or, within networks and objectives, from the engine's own
 * generator, which is seeded before every batch. The state that it changes while it trains is
 * {@link #keep kept}. One recipe serves one run.
 *
 * @param <E> a loaded example: plain values, without the engine's arrays
 */
public interface MultiNetworkRecipe<E> {
  /** Makes the recipe of one run: usually the constructor of its class. */
  @FunctionalInterface
  interface Factory {
    MultiNetworkRecipe<?> create(Parameters parameters, Seeds seeds) throws TroubleException;
  }

  /** Some examples as the networks' input, and their labels. */
  record Batch(NDList data, NDList labels) {}

  /** To be raised when older checkpoints can no longer be continued although all shapes fit. */
  default int version() {
    return 1;
  }

  /** The recipe's own defaults for common hyper-parameters, such as {@code batchSize}. */
  default Map<String, Object> defaults() {
    return Map.of();
  }

  /** The networks in the order in which each batch trains them; called once. */
  List<Network> networks();

  /** The number of training examples. */
  int examples();

  /**
   * The training example of that number; its augmentation, if any, is seeded by {@link
   * Seeds#example}. Called by several threads at once, so it must not change anything.
   */
  E example(int number, int epoch) throws IOException;

  /** The examples as arrays, in the same order. */
  Batch batch(NDManager manager, List<E> examples);

  /**
   * Measures metrics on the held-out split: finite numbers by name. The name {@code loss} is
   * reserved for the epoch's mean training loss; names with a dot are reserved, too. Must not
   * change anything.
   *
   * @param networks the current networks in evaluation mode, without dropout; if the job sets
   *     {@code ema}, with the averages of their weights
   */
  Map<String, Double> evaluate(NDManager manager, Networks networks);

  /** The metric that decides which epoch is best, and whether there is still progress. */
  default TrainingGoal goal() {
    return TrainingGoal.lowest("loss");
  }

  /**
   * Declares the state, besides weights, that the recipe changes while it trains; it becomes part
   * of every checkpoint. Called once, before the first batch; objectives change the state from then
   * on.
   */
  default void keep(OwnState state) {}

  /** The factor for the scheduled learning rate of a network at its next update. */
  default double rateFactor(String network) {
    return 1;
  }
}
