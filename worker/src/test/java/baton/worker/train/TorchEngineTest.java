package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.pytorch.jni.JniUtils;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TorchEngineTest {
  @Test
  void anySessionHasTheThreadsAskedForAndRecordsNoGradients() throws Exception {
    TorchEngine one = new TorchEngine(new TorchSettings(1, Optional.empty(), Map.of()));

    one.session("cpu");

    assertThat(JniUtils.getNumThreads()).isEqualTo(1);
    assertThat(JniUtils.isGradMode()).isFalse();
  }

  @Test
  void theNumericProfileNamesWhatMayChangeTheBits() throws Exception {
    TorchSettings settings =
        new TorchSettings(
            1, Optional.empty(), Map.of("ATEN_CPU_CAPABILITY", "avx2", "HOME", "/home/me"));

    assertThat(new TorchEngine(settings).session("cpu").numericProfile())
        .containsEntry("engine", "PyTorch 2.7.1")
        .containsEntry("threads", "1")
        .containsEntry("device", "cpu")
        .containsEntry("ATEN_CPU_CAPABILITY", "avx2")
        .containsKey("processor")
        .doesNotContainKey("HOME");
  }

  @Test
  void aMachineWithoutAGpuSaysSo() throws Exception {
    assumeThat(Track.torch().bestDevice()).isEqualTo("cpu");

    Trouble trouble = troubleOf("gpu");

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.message()).isEqualTo("PyTorch finds no GPU on this machine.");
    assertThat(trouble.remedy()).contains("Switch the runtime");
    assertThat(Track.torch().session("best").device().isGpu()).isFalse();
  }

  @Test
  void aKindOfDeviceThatDoesNotExistIsRefused() {
    assertThat(troubleOf("tpu").message()).isEqualTo("There is no kind of device named tpu.");
  }

  @Test
  void trainingTakesAtLeastOneThread() {
    assertThatThrownBy(() -> new TorchSettings(0, Optional.empty(), Map.of()))
        .hasMessageContaining("not 0");
  }

  @Test
  @Timeout(60)
  void withoutNativeLibrariesTheMachineSaysWhatIsMissing(@TempDir Path cache) throws Exception {
    String printed = probe(cache, classPathWithout("pytorch-native-cpu"));

    assertThat(printed)
        .startsWith("MACHINE PyTorch 2.7.1 could not be loaded: its native library is neither on")
        .contains("set PYTORCH_LIBRARY_PATH and PYTORCH_FLAVOR")
        .doesNotContain("\tat ");
  }

  private static Trouble troubleOf(String device) {
    return catchThrowableOfType(TroubleException.class, () -> Track.torch().session(device))
        .trouble();
  }

  private static String classPathWithout(String jar) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains(jar))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String probe(Path cache, String classPath) throws Exception {
    Path output = Files.createTempFile(cache, "probe", ".txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                EngineProbeMain.class.getName(),
                cache.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("the probe ended").isTrue();
      return Files.readString(output);
    } finally {
      process.destroyForcibly();
    }
  }
}
