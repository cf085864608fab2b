package baton.worker.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is missing of a command is told before any job is leased for it. */
class CommandsTest {
  @TempDir Path folder;

  @BeforeEach
  void aPythonOnThePathAndAScript() throws IOException {
    Files.createFile(
        Files.createDirectory(folder.resolve("bin")).resolve("python3"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.createFile(folder.resolve("train.py"));
  }

  private String missing(String command) {
    return Commands.missing(CommandWords.of(command), folder, "/nowhere:" + folder.resolve("bin"))
        .orElse("nothing");
  }

  @Test
  void whatIsThereLacksNothing() {
    assertThat(missing("python3 train.py --lr 0.1")).isEqualTo("nothing");
    assertThat(missing("python3 -u train.py out.py")).isEqualTo("nothing");
    assertThat(missing("bin/python3 " + folder.resolve("train.py"))).isEqualTo("nothing");
  }

  @Test
  void aMistypedCommandIsNamed() {
    assertThat(missing("pyhton3 train.py"))
        .isEqualTo("there is no command pyhton3 on this machine");
    assertThat(missing("./python3 train.py")).startsWith("there is no command ./python3 ");
  }

  @Test
  void aMistypedScriptIsNamedWithTheFolderWhereItWasLookedFor() {
    assertThat(missing("python3 -u trian.py"))
        .isEqualTo("there is no script trian.py in " + folder);
  }

  @Test
  void whatOtherToolsMakeOfTheirWordsIsTheirs() {
    assertThat(missing("python3 -m trainer.py")).isEqualTo("nothing");
    assertThat(missing("python3 -c 'import x.py' x.py")).isEqualTo("nothing");
  }
}
