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
 * A program with one model, as its author writes it: the model, its data, a loss and an evaluation.
 * {@link MultiNetworkRecipe} has the options of all programs: augmentation, state of their own, and
 * the metric that decides.
 *
 * @param <E> a loaded example: plain values, without the engine's arrays
 */
public interface Recipe<E> extends MultiNetworkRecipe<E> {
  /** The model, not yet initialized; called once. */
  Block model();

  /** The shape of a batch of one example. */
  Shape input();

  /** The mean loss of a batch, a scalar. */
  NDArray loss(NDList labels, NDList predictions);

  /**
   * Measures metrics on the held-out split; see {@link MultiNetworkRecipe#evaluate(NDManager,
   * Networks)}.
   *
   * @param model the current model in evaluation mode, without dropout
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
