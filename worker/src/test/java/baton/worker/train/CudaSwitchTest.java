package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The switches are in every PyTorch; that a GPU heeds them can be seen on a GPU only. */
class CudaSwitchTest {
  private final Map<CudaSwitch, Boolean> before = new EnumMap<>(CudaSwitch.class);
  private Path libraries;
  private NativeLibrary torch;

  @BeforeEach
  void remember() throws Exception {
    Track.torch().session("cpu");
    libraries = Path.of(LibUtils.getLibtorchPath());
    torch = CudaSwitch.torch(libraries);
    for (CudaSwitch each : CudaSwitch.values()) {
      before.put(each, each.isSet(torch));
    }
  }

  @AfterEach
  void setBack() {
    before.forEach((each, value) -> each.set(torch, value));
  }

  @Test
  void withoutAGpuNobodyTouchesThem() throws Exception {
    Track.torch().session("cpu");

    assertThat(CudaSwitch.DETERMINISTIC_ALGORITHMS.isSet(torch)).isFalse();
    assertThat(CudaSwitch.TF32_CUDNN.isSet(torch)).as("PyTorch's own default").isTrue();
  }

  @Test
  void allAreSetAndCublasIsToldByItsVariable() {
    CudaSwitch.allForTheSameBits(libraries);

    assertThat(CudaSwitch.values()).allMatch(each -> each.isForTheSameBits(torch));
    assertThat(
            Function.getFunction("c", "getenv")
                .invokeString(new Object[] {"CUBLAS_WORKSPACE_CONFIG"}, false))
        .isEqualTo(":4096:8");
  }

  @Test
  void eachCanBeTurnedAndReadBack() {
    for (CudaSwitch each : CudaSwitch.values()) {
      each.set(torch, true);
      assertThat(each.isSet(torch)).as("%s", each).isTrue();
      each.set(torch, false);
      assertThat(each.isSet(torch)).as("%s", each).isFalse();
    }
  }

  @Test
  void aLibraryThatIsNotThereIsALinkError(@TempDir Path empty) {
    assertThatThrownBy(() -> CudaSwitch.allForTheSameBits(empty))
        .isInstanceOf(UnsatisfiedLinkError.class);
  }
}
