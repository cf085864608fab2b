package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What the author of a program with one model writes: the model, its data, a loss and an
 * evaluation. {@link MultiNetworkRecipe} says what all programs may do beside that: augment, keep a
 * state of their own, name the metric that counts.
 *
 * @param <E> an example as it is loaded: plain values, none of the engine's arrays
 */
public interface Recipe<E> extends MultiNetworkRecipe<E> {
  /** The model, not yet initialized; called once. */
  Block model();

  /** The shape of a batch of one example. */
  Shape input();

  /** The mean loss of a batch, a scalar. */
  NDArray loss(NDList labels, NDList predictions);

  /**
   * What is measured on the held-out split, as {@link MultiNetworkRecipe#evaluate(NDManager,
   * Networks)} has it.
   *
   * @param model as it is now, without dropout and the like
   */
  Map<String, Double> evaluate(NDManager manager, UnaryOperator<NDList> model);

  @Override
  default List<Network> networks() {
    return List.of(
        new Network(
            "",
            model(),
            input(),
            (networks, manager, batch) -> loss(batch.labels(), networks.apply("", batch.data()))));
  }

  @Override
  default Map<String, Double> evaluate(NDManager manager, Networks networks) {
    return evaluate(manager, (UnaryOperator<NDList>) data -> networks.apply("", data));
  }
}
