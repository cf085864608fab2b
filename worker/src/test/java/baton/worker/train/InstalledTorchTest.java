package baton.worker.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledTorchTest {
  @TempDir Path torch;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void setUp() throws IOException {
    Path lib = Files.createDirectory(torch.resolve("lib"));
    environment.put("PYTORCH_LIBRARY_PATH", lib.toString());
    environment.put("PYTORCH_FLAVOR", "cu128");
  }

  @Test
  void withoutOneThereIsNothingToCheck() {
    assertThatCode(() -> InstalledTorch.require("2.7.1", Map.of())).doesNotThrowAnyException();
  }

  @Test
  void theRightVersionPasses() throws Exception {
    Files.writeString(torch.resolve("version.py"), "__version__ = '2.7.1+cu128'\n");

    InstalledTorch.require("2.7.1", environment);
  }

  @Test
  void anotherVersionIsTheMachinesTroubleBeforeItCrashesTheJvm() throws Exception {
    Files.writeString(torch.resolve("version.py"), "__version__ = '2.10.0+cu128'\n");

    Trouble trouble = trouble();

    assertThat(trouble.kind()).isEqualTo(Trouble.Kind.MACHINE);
    assertThat(trouble.message()).contains(" is 2.10.0; Baton needs 2.7.1.");
    assertThat(trouble.remedy()).contains("Install PyTorch 2.7.1", "PYTORCH_FLAVOR");
  }

  @Test
  void theArchiveOfTheCppLibraryTellsItsVersionElsewhere() throws Exception {
    Files.writeString(torch.resolve("build-version"), "2.6.0+cpu\n");

    assertThat(trouble().message()).contains("is 2.6.0;");
  }

  @Test
  void whereNoFileTellsTheUserMust() throws Exception {
    assertThat(trouble().message()).contains("of unknown version");

    environment.put("PYTORCH_VERSION", "2.7.1");
    InstalledTorch.require("2.7.1", environment);
  }

  @Test
  void theFlavorMustBeGiven() throws Exception {
    Files.writeString(torch.resolve("version.py"), "__version__ = '2.7.1'\n");
    environment.remove("PYTORCH_FLAVOR");

    assertThat(trouble().message()).endsWith("PYTORCH_FLAVOR is not.");
  }

  private Trouble trouble() {
    return catchThrowableOfType(
            TroubleException.class, () -> InstalledTorch.require("2.7.1", environment))
        .trouble();
  }
}
