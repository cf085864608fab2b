package baton.worker.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import baton.protocol.Sha256;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * All parameters of a recipe's networks, in name order: those that training updates, and statistics
 * such as BatchNorm's running mean. A name is the same in every JVM, unlike DJL's parameter ids.
 */
final class Weights {
  static final String FILE = "model.safetensors";

  private final SortedMap<String, Owned> parameters = new TreeMap<>();
  private final Map<String, String> namesById = new HashMap<>();

  private record Owned(Network network, Parameter parameter) {
    NDArray array() {
      return parameter.getArray();
    }
  }

  /** Draws the initial weights of {@code networks}, in order, from the engine's generator. */
  Weights(Iterable<Network> networks, NDManager manager) {
    for (Network network : networks) {
      network.block().initialize(manager, DataType.FLOAT32, network.input());
      for (Pair<String, Parameter> named : network.block().getParameters()) {
        String name = network.qualify(named.getKey());
        String first = namesById.putIfAbsent(named.getValue().getId(), name);
        if (first == null) {
          parameters.put(name, new Owned(network, named.getValue()));
        } else if (!parameters.get(first).network().equals(network)) {
          throw new IllegalArgumentException(
              "two networks share a parameter, %s and %s; make it a network of its own"
                  .formatted(first, name));
        }
        // A parameter that two layers of a network share has two names; the first one is used.
      }
    }
  }

  SortedMap<String, NDArray> all() {
    return arrays(owned -> true);
  }

  /** The parameters of a network that are trained by gradients. */
  SortedMap<String, NDArray> trainable(Network network) {
    return arrays(owned -> owned.network().equals(network) && owned.parameter().requiresGradient());
  }

  /** Each parameter's name by its DJL id. */
  Map<String, String> namesById() {
    return Collections.unmodifiableMap(namesById);
  }

  /** Makes the engine record gradients only for this network. */
  void learn(Network network) {
    parameters.forEach(
        (name, owned) -> {
          if (owned.parameter().requiresGradient()) {
            owned.array().setRequiresGradient(owned.network().equals(network));
          }
        });
  }

  /** The hash of names, dtypes and shapes, in name order. */
  Sha256 architectureHash() {
    StringBuilder text = new StringBuilder();
    all()
        .forEach(
            (name, array) ->
                text.append(name).append(' ').append(Tensors.describe(array)).append('\n'));
    return Sha256.ofText(text.toString());
  }

  private SortedMap<String, NDArray> arrays(Predicate<Owned> which) {
    SortedMap<String, NDArray> arrays = new TreeMap<>();
    parameters.forEach(
        (name, owned) -> {
          if (which.test(owned)) {
            arrays.put(name, owned.array());
          }
        });
    return Collections.unmodifiableSortedMap(arrays);
  }
}
