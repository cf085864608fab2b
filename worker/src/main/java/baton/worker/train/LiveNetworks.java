package baton.worker.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The networks of a run as recipes apply them, in training mode or in evaluation mode. */
final class LiveNetworks {
  private final Map<String, Block> blocks = new TreeMap<>();
  private final ParameterStore weights;

  LiveNetworks(Iterable<Network> networks, NDManager manager) {
    for (Network network : networks) {
      if (blocks.put(network.name(), network.block()) != null) {
        throw new IllegalArgumentException("two networks are named " + network.name());
      }
    }
    weights = new ParameterStore(manager, false);
  }

  boolean areSeveral() {
    return blocks.size() > 1;
  }

  Networks inTraining() {
    return (name, inputs) -> block(name).forward(weights, inputs, true);
  }

  /** In evaluation mode, without dropout, and with the averages of the weights if there are any. */
  Networks evaluated(Optional<Averages> averages) {
    ParameterStore store = averages.map(Averages::store).orElse(weights);
    return (name, inputs) -> block(name).forward(store, inEngineMemory(inputs), false);
  }

  /** Copies arrays made from Java buffers to memory that the engine aligns, as in Tensors.load. */
  static NDList inEngineMemory(NDList arrays) {
    NDList copies = new NDList();
    arrays.forEach(array -> copies.add(array.duplicate()));
    return copies;
  }

  private Block block(String network) {
    Block block = blocks.get(network);
    if (block == null) {
      throw new IllegalArgumentException(
          "there is no network %s, only %s".formatted(network, blocks.keySet()));
    }
    return block;
  }
}
