package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

/**
 * One of the networks that are trained together: each batch, in its turn, it follows the gradient
 * of its own objective with its own optimizer, and the others stand still.
 *
 * @param name begins the names of its tensors and parameters, as in {@code generator.learningRate};
 *     empty for the only network of a {@link Recipe}
 * @param block not yet initialized
 * @param input the shape of a batch of one example
 */
public record Network(String name, Block block, Shape input, Objective objective) {

  /** The loss of one network, given all. */
  @FunctionalInterface
  public interface Objective {
    /**
     * The mean loss of a batch, a scalar.
     *
     * @param networks in training, with dropout and the like; those before it in the list have
     *     already learned from this batch, unless the job accumulates gradients
     * @param manager of arrays made on the way
     */
    NDArray of(Networks networks, NDManager manager, MultiNetworkRecipe.Batch batch);
  }

  public Network {
    if (!name.matches("[A-Za-z0-9_-]*")) {
      throw new IllegalArgumentException(
          "a network's name is of letters, digits, _ and -, not \"" + name + "\"");
    }
  }

  /** What its name makes of another one: {@code generator.weight}, or just {@code weight}. */
  String qualify(String of) {
    return name.isEmpty() ? of : name + "." + of;
  }

  /** The name of the metric with its mean loss. */
  String lossName() {
    return name.isEmpty() ? TrainingGoal.LOSS : TrainingGoal.LOSS + "." + name;
  }
}
