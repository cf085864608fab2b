package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import baton.protocol.Position;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.Safetensors;
import baton.protocol.checkpoint.StateDigest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PyTorch scripts of the Python tests, driven by a worker's hands. */
@NeedsPython({"torch", "numpy"})
final class TorchChildTest {
  private static final Path PROGRAMS = Path.of("src/test/python/programs");

  @TempDir Path folder;
  private Scripts scripts;

  @BeforeEach
  void inAnEmptyFolder() {
    scripts = new Scripts(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cnn.py", "gan.py"})
  void aTorchScriptThatIsKilledAndRelayedEqualsUnbroken(String program) throws Exception {
    String text = Files.readString(PROGRAMS.resolve(program));
    Sha256 unbroken = digestAtEndOf(scripts.begin(text));
    ChildRun first = scripts.begin(text);
    Position middle = new Position(1, 4);
    while (middle.isAfter(first.position())) {
      first.step();
    }
    Path files = scripts.save(first);
    assertThat(Safetensors.open(files.resolve("optimizer.safetensors"))).isNotEmpty();
    assertThat(first.numericProfile()).containsKeys("torch", "threads", "processor");
    ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
    first.close();
    assertThat(digestAtEndOf(scripts.goOn(text, middle, files))).isEqualTo(unbroken);
  }

  private Sha256 digestAtEndOf(ChildRun run) throws Exception {
    try (run) {
      while (!run.position().equals(Position.ofEpochs(Scripts.EPOCHS))) {
        run.step();
      }
      return StateDigest.of(scripts.save(run));
    }
  }
}
