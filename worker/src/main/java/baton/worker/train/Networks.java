package baton.worker.train;

import ai.djl.ndarray.NDList;

/** The networks of a recipe, to be applied by name. */
@FunctionalInterface
public interface Networks {
  NDList apply(String network, NDList inputs);
}
