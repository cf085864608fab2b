package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Tensor;
import baton.worker.segment.TroubleException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All parameters of a model by name and in name order: what training moves, and what it gathers on
 * the way, such as the running statistics of BatchNorm. A name is the same in every JVM, unlike
 * DJL's parameter ids.
 */
final class Weights {
  static final String FILE = "model.safetensors";

  private final SortedMap<String, Parameter> parameters = new TreeMap<>();
  private final NDManager manager;

  /** Draws the first weights of {@code model} from the engine's generator. */
  Weights(Block model, NDManager manager, Shape input) {
    this.manager = manager;
    model.initialize(manager, DataType.FLOAT32, input);
    Set<String> seen = new HashSet<>();
    for (Pair<String, Parameter> named : model.getParameters()) {
      // A parameter shared by two layers has two names; the first one stands for it.
      if (seen.add(named.getValue().getId())) {
        parameters.put(named.getKey(), named.getValue());
      }
    }
  }

  SortedMap<String, NDArray> all() {
    return arrays(false);
  }

  /** Those that follow gradients. */
  SortedMap<String, NDArray> trainable() {
    return arrays(true);
  }

  /** Over names, dtypes and shapes, in name order. */
  Sha256 architectureHash() {
    StringBuilder text = new StringBuilder();
    all()
        .forEach(
            (name, array) ->
                text.append(name).append(' ').append(Tensors.describe(array)).append('\n'));
    return Sha256.ofText(text.toString());
  }

  /** Replaces all weights; call before anything else has got hold of the arrays. */
  void restore(Map<String, Tensor> saved) throws TroubleException {
    Tensors.requireFit(FILE, all(), saved);
    parameters.forEach(
        (name, parameter) -> {
          DataType type = parameter.getArray().getDataType();
          parameter.close();
          parameter.setInitializer((m, shape, t) -> Tensors.load(m, saved.get(name), t));
          parameter.initialize(manager, type);
        });
  }

  private SortedMap<String, NDArray> arrays(boolean trainableOnly) {
    SortedMap<String, NDArray> arrays = new TreeMap<>();
    parameters.forEach(
        (name, parameter) -> {
          if (parameter.requiresGradient() || !trainableOnly) {
            arrays.put(name, parameter.getArray());
          }
        });
    return Collections.unmodifiableSortedMap(arrays);
  }
}
