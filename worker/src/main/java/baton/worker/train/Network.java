package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

/**
 * One of the networks that are trained together. In each batch they are trained one after another,
 * each by its own optimizer along the gradient of its own objective.
 *
 * @param name the prefix of its tensors' and parameters' names, as in {@code
 *     generator.learningRate}; empty for the only network of a {@link Recipe}
 * @param block the network's block, not yet initialized
 * @param input the shape of a batch of one example
 */
public record Network(String name, Block block, Shape input, Objective objective) {

  /** The loss of one network, computed with all of them. */
  @FunctionalInterface
  public interface Objective {
    /**
     * The mean loss of a batch, a scalar.
     *
     * @param networks the networks in training mode, with dropout; those before it in the list have
     *     already learned from this batch, unless the job accumulates gradients
     * @param manager for intermediate arrays
     */
    NDArray of(Networks networks, NDManager manager, MultiNetworkRecipe.Batch batch);
  }

  public Network {
    if (!name.matches("[A-Za-z0-9_-]*")) {
      throw new IllegalArgumentException(
          "a network's name is of letters, digits, _ and -, not \"" + name + "\"");
    }
  }

  /** Adds the network's name as a prefix: {@code generator.weight}, or just {@code weight}. */
  String qualify(String of) {
    return name.isEmpty() ? of : name + "." + of;
  }

  /** The name of the metric for its mean loss. */
  String lossName() {
    return name.isEmpty() ? TrainingGoal.LOSS : TrainingGoal.LOSS + "." + name;
  }
}
