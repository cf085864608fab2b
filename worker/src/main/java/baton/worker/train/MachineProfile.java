package baton.worker.train;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The properties of a machine that may change the bits of a result: runs are compared bit for bit
 * only within one profile.
 */
final class MachineProfile {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private MachineProfile() {}

  static Map<String, String> of(TorchSettings settings, Device device) {
    Map<String, String> profile = new TreeMap<>(settings.numericVariables());
    profile.put("engine", "PyTorch " + TorchEngine.VERSION);
    profile.put("flavor", InstalledTorch.flavor(settings.environment()));
    profile.put("threads", String.valueOf(settings.threads()));
    profile.put("device", device.isGpu() ? "gpu" : "cpu");
    profile.put("processor", processor());
    if (device.isGpu()) {
      profile.put("gpu", "sm_" + CudaUtils.getComputeCapability(device.getDeviceId()));
      profile.put("cuda", CudaUtils.getCudaVersionString());
      profile.put("switches", CudaSwitch.inProfile());
    }
    return Collections.unmodifiableMap(profile);
  }

  /** The processor's model, or else its architecture: libraries choose their kernels by it. */
  private static String processor() {
    String architecture = System.getProperty("os.arch");
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("model name") && line.contains(":"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture;
    }
  }
}
