package baton.worker.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.nio.file.Path;
import java.util.Map;

/**
 * PyTorch in this JVM: loaded once, when first needed, without network access. One job at a time
 * can train on it.
 */
public final class TorchEngine {
  static final String VERSION = "2.7.1";

  private final TorchSettings settings;
  private Engine engine;
  private TroubleException trouble;

  public TorchEngine(TorchSettings settings) {
    this.settings = settings;
  }

  /** PyTorch, ready for use on the calling thread, and the device to train on. */
  record Session(Engine engine, Device device, Map<String, String> numericProfile) {}

  /**
   * The best available kind of device: {@code gpu} or {@code cpu}.
   *
   * @throws TroubleException of kind MACHINE if PyTorch does not load
   */
  public String bestDevice() throws TroubleException {
    return gpus(engine()) > 0 ? "gpu" : "cpu";
  }

  /**
   * Prepares the calling thread for training.
   *
   * @param kind {@code cpu}, {@code gpu}, or {@code best} for the better of both
   * @throws TroubleException of kind MACHINE if PyTorch does not load or has no such device
   */
  Session session(String kind) throws TroubleException {
    Engine loaded = engine();
    Device device = device(kind.equals("best") ? bestDevice() : kind);
    // Both settings are per thread. By default OpenMP would take all cores, and evaluations would
    // record a graph for gradients.
    JniUtils.setNumThreads(settings.threads());
    JniUtils.setGradMode(false);
    if (device.isGpu()) {
      switchForTheSameBits();
    }
    return new Session(loaded, device, MachineProfile.of(settings, device));
  }

  private static void switchForTheSameBits() throws TroubleException {
    try {
      CudaSwitch.allForTheSameBits(Path.of(LibUtils.getLibtorchPath()));
    } catch (UnsatisfiedLinkError e) {
      throw machine(
          "This PyTorch lets nobody switch its GPU kernels to deterministic ones (%s)."
              .formatted(TrainingFailures.describe(e)),
          "Use the PyTorch %s for Linux that Baton is built for.".formatted(VERSION));
    }
  }

  /**
   * @throws TroubleException of kind MACHINE if PyTorch does not load or has no such device
   */
  public void requireDevice(String kind) throws TroubleException {
    device(kind);
  }

  private Device device(String kind) throws TroubleException {
    switch (kind) {
      case "cpu":
        return Device.cpu();
      case "gpu":
        if (gpus(engine()) > 0) {
          return Device.gpu();
        }
        throw machine(
            "PyTorch finds no GPU on this machine.",
            "Switch the runtime to one with a GPU and use a PyTorch with CUDA (PYTORCH_FLAVOR), or"
                + " start the worker for the CPU.");
      default:
        throw machine(
            "There is no kind of device named " + kind + ".", "Ask for cpu, gpu or best.");
    }
  }

  /** The number of GPUs; 0 for a PyTorch that is built for the CPU. */
  private static int gpus(Engine engine) {
    return engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
  }

  private synchronized Engine engine() throws TroubleException {
    if (trouble != null) {
      throw trouble;
    }
    if (engine == null) {
      try {
        engine = load();
      } catch (TroubleException e) {
        // The JVM tries to load a native library only once, so a failure is permanent.
        trouble = e;
        throw e;
      }
    }
    return engine;
  }

  private Engine load() throws TroubleException {
    InstalledTorch.require(VERSION, settings.environment());
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(settings.threads()));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    settings.cache().ifPresent(path -> System.setProperty("DJL_CACHE_DIR", path.toString()));
    try {
      return Engine.getEngine("PyTorch");
    } catch (RuntimeException | LinkageError e) {
      throw new TroubleException(
          Trouble.machine(
              "PyTorch %s could not be loaded: %s.".formatted(VERSION, reasonOf(e)),
              "Start the worker on 64-bit Linux with all of its libraries and 1 GB free for"
                  + " DJL's cache, or set PYTORCH_LIBRARY_PATH and PYTORCH_FLAVOR to an installed"
                  + " PyTorch %s.".formatted(VERSION)),
          e);
    }
  }

  private static String reasonOf(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).contains("Offline mode")
        ? "its native library is neither on the class path nor in DJL's cache"
        : TrainingFailures.describe(root);
  }

  private static TroubleException machine(String message, String remedy) {
    return new TroubleException(Trouble.machine(message, remedy));
  }
}
