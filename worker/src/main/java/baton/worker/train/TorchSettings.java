package baton.worker.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The engine's settings, needed before it loads.
 *
 * @param threads the number of threads for one operation; the bits of results depend on it
 * @param cache the folder where DJL unpacks its native libraries; empty: {@code .djl.ai} in the
 *     home folder
 * @param environment the environment of the process; only variables that concern PyTorch are read
 */
public record TorchSettings(int threads, Optional<Path> cache, Map<String, String> environment) {
  public TorchSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("training takes at least one thread, not " + threads);
    }
    environment = Map.copyOf(environment);
  }

  /** The variables that may change PyTorch's results, if they are set. */
  SortedMap<String, String> numericVariables() {
    SortedMap<String, String> numeric = new TreeMap<>();
    for (String name :
        new String[] {
          "ATEN_CPU_CAPABILITY",
          "CUBLAS_WORKSPACE_CONFIG",
          "MKL_CBWR",
          "NVIDIA_TF32_OVERRIDE",
          "OMP_NUM_THREADS",
          "ONEDNN_MAX_CPU_ISA"
        }) {
      if (environment.containsKey(name)) {
        numeric.put(name, environment.get(name));
      }
    }
    return numeric;
  }
}
