package baton.worker.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the engine is told before it loads.
 *
 * @param threads for one operation; results depend on it bit for bit
 * @param cache where DJL unpacks its native libraries; empty: {@code .djl.ai} in the home folder
 * @param environment the variables of the process, of which only those that concern PyTorch are
 *     looked at
 */
public record TorchSettings(int threads, Optional<Path> cache, Map<String, String> environment) {
  public TorchSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("training takes at least one thread, not " + threads);
    }
    environment = Map.copyOf(environment);
  }

  /** The variables by which PyTorch's numbers may come out differently, as far as they are set. */
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
