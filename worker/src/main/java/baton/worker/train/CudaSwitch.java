package baton.worker.train;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.List;

/**
 * A PyTorch setting that decides whether a GPU computes the same bits every time. DJL has no API
 * for these settings, so they are called in the native library, by their mangled C++ names on
 * Linux. Without a GPU they are not used.
 */
enum CudaSwitch {
  /** Makes an operation without a deterministic implementation fail rather than warn. */
  DETERMINISTIC_ALGORITHMS("26setDeterministicAlgorithmsEbb", "23deterministicAlgorithmsEv", true),
  DETERMINISTIC_CUDNN("21setDeterministicCuDNNEb", "18deterministicCuDNNEv", true),
  /** Chooses the fastest kernels by measuring them, so the choice may vary between runs. */
  BENCHMARK_CUDNN("17setBenchmarkCuDNNEb", "14benchmarkCuDNNEv", false),
  /** Rounds factors to 10 bits on those GPUs that support it. */
  TF32_CUBLAS("18setAllowTF32CuBLASEb", "15allowTF32CuBLASEv", false),
  TF32_CUDNN("17setAllowTF32CuDNNEb", "14allowTF32CuDNNEv", false);

  private static final String CONTEXT = "_ZN2at13globalContextEv";
  private static final String WORKSPACE = "CUBLAS_WORKSPACE_CONFIG";
  private static final String WORKSPACE_OF_ONE_SIZE = ":4096:8";

  private final String setter;
  private final String getter;
  private final boolean deterministic;

  CudaSwitch(String setter, String getter, boolean deterministic) {
    this.setter = "_ZN2at7Context" + setter;
    this.getter = "_ZNK2at7Context" + getter;
    this.deterministic = deterministic;
  }

  /**
   * Sets all of them for reproducible results, and the variable that cuBLAS needs for it, unless
   * that is set already. Must be called before anything is computed on the GPU.
   *
   * @param libraries the folder of PyTorch's libraries
   * @throws UnsatisfiedLinkError if this PyTorch lacks one of the settings
   */
  static void allForTheSameBits(Path libraries) {
    Function.getFunction("c", "setenv")
        .invokeInt(new Object[] {WORKSPACE, WORKSPACE_OF_ONE_SIZE, 0});
    NativeLibrary torch = torch(libraries);
    for (CudaSwitch each : values()) {
      each.set(torch, each.deterministic);
    }
  }

  /** The entry in the numeric profile of a run with all of them set. */
  static String inProfile() {
    return String.join(
        ", ", List.of("deterministic algorithms and cuDNN", "no TF32", "no cuDNN benchmark"));
  }

  void set(NativeLibrary torch, boolean value) {
    // The second argument, which only one of the setters has: whether only to warn.
    torch.getFunction(setter).invokeVoid(new Object[] {context(torch), value ? 1 : 0, 0});
  }

  boolean isSet(NativeLibrary torch) {
    // A C++ bool is a byte; the register's other bits are undefined.
    int result = torch.getFunction(getter).invokeInt(new Object[] {context(torch)});
    return (result & 0xff) != 0;
  }

  boolean isForTheSameBits(NativeLibrary torch) {
    return isSet(torch) == deterministic;
  }

  static NativeLibrary torch(Path libraries) {
    return NativeLibrary.getInstance(
        libraries.resolve(System.mapLibraryName("torch_cpu")).toString());
  }

  private static Pointer context(NativeLibrary torch) {
    return torch.getFunction(CONTEXT).invokePointer(new Object[0]);
  }
}
