package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import baton.worker.segment.TroubleException;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What the author of a program writes: a model, its data, a loss and an evaluation. The loop,
 * optimizers, randomness, checkpoints and errors are {@link DjlProgram}'s.
 *
 * <p>Training stays the same bit for bit through any relay if a recipe keeps to one rule: what it
 * draws at random comes from {@link Seeds} or, within the model, from the engine's own generator,
 * which is seeded before every batch. One recipe serves one run, on one thread.
 */
public interface Recipe {
  /** Makes the recipe of one run: usually the constructor of its class. */
  @FunctionalInterface
  interface Factory {
    Recipe create(Parameters parameters, Seeds seeds) throws TroubleException;
  }

  /** Some examples as the model takes them, and what it should make of them. */
  record Batch(NDList data, NDList labels) {}

  /** Raised whenever an older checkpoint can no longer be continued although all shapes fit. */
  default int version() {
    return 1;
  }

  /** Defaults of the common hyper-parameters, such as {@code batchSize}, where they differ. */
  default Map<String, Object> defaults() {
    return Map.of();
  }

  /** The model, not yet initialized; called once. */
  Block model();

  /** The shape of a batch of one example. */
  Shape input();

  /** The number of training examples. */
  int examples();

  /**
   * The training examples of the given numbers.
   *
   * @param manager to which the arrays belong
   * @param epoch for augmentation, with {@link Seeds#example}
   */
  Batch batch(NDManager manager, int[] examples, int epoch);

  /** The mean loss of a batch, a scalar. */
  NDArray loss(NDList labels, NDList predictions);

  /**
   * What is measured on the held-out split: finite numbers by name. The name {@code loss} is taken,
   * by the mean training loss of the epoch.
   *
   * @param model the model as it is now, without dropout and the like
   */
  Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model);
}
