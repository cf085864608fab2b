package baton.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
  private static final Workspace.Limit SMALL = new Workspace.Limit(1_000, 20);

  @TempDir Path folder;
  private Path project;
  private Path drill;

  @BeforeEach
  void aProject() throws IOException {
    project = Files.createDirectory(folder.resolve("my project")).toRealPath();
    drill = Files.createDirectory(folder.resolve("drill"));
    Files.writeString(project.resolve("train.py"), "print()\n");
    Files.createDirectories(project.resolve("data"));
    Files.writeString(project.resolve("data/x.txt"), "seven");
  }

  @Test
  void eachRunHasACopyOfItsOwnAndTheOriginalStaysAsItIs() throws IOException {
    Workspace workspace = workspace("python train.py", Set.of(), Workspace.Limit.USUAL);

    Workspace.Copy one = workspace.copy(drill.resolve("one"));
    Workspace.Copy other = workspace.copy(drill.resolve("other"));
    Files.writeString(one.directory().resolve("data/x.txt"), "eight");
    Files.writeString(one.directory().resolve("best.pt"), "new");

    assertThat(one.command()).isEqualTo("python train.py");
    assertThat(other.directory().resolve("data/x.txt")).hasContent("seven");
    assertThat(project.resolve("data/x.txt")).hasContent("seven");
    assertThat(project.resolve("best.pt")).doesNotExist();
    assertThat(workspace.notes())
        .singleElement()
        .asString()
        .contains(project.toString(), "2 files");
  }

  @Test
  void aPathInTheCommandIsThatOfTheCopyButTheInterpretersStays() throws IOException {
    String command =
        "%1$s/bin/python '%1$s/train.py' --out=%1$s/data %1$s-old/x".formatted(project);

    Workspace.Copy copy =
        workspace(command, Set.of(), Workspace.Limit.USUAL).copy(drill.resolve("one"));

    assertThat(copy.command())
        .isEqualTo(
            "%1$s/bin/python '%2$s/train.py' --out=%2$s/data %1$s-old/x"
                .formatted(project, copy.directory()));
  }

  @Test
  void aScriptThatLiesElsewhereBringsItsFolder() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path script = Files.writeString(elsewhere.resolve("run.py"), "pass");
    Files.writeString(elsewhere.resolve("helper.py"), "pass");

    Workspace.Copy copy =
        workspace("python3 " + script, Set.of(), Workspace.Limit.USUAL).copy(drill.resolve("one"));

    Path copied = Path.of(copy.command().substring("python3 ".length()));
    assertThat(copied).startsWith(drill).exists();
    assertThat(copied.resolveSibling("helper.py")).exists();
    assertThat(copy.directory().resolve("train.py")).exists();
  }

  @Test
  void anInterpreterThatIsNotTheFirstWordIsNoScript() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("opt/bin"));
    Path python = Files.writeString(bin.resolve("python"), "#!");

    Workspace workspace =
        workspace("env GIVE=0 " + python + " train.py", Set.of(), Workspace.Limit.USUAL);

    assertThat(workspace.notes()).singleElement().asString().doesNotContain("opt");
    assertThat(workspace.copy(drill.resolve("one")).command())
        .isEqualTo("env GIVE=0 " + python + " train.py");
  }

  @Test
  void whatIsTooHeavyIsLeftOutWithAWordOnHowToLinkIt() throws IOException {
    Files.write(project.resolve("data/large.bin"), new byte[2_000]);
    Files.write(project.resolve("old.pt"), new byte[500]);

    Workspace workspace = workspace("python train.py", Set.of(), SMALL);
    Path copy = workspace.copy(drill.resolve("one")).directory();

    assertThat(copy.resolve("data")).doesNotExist();
    assertThat(copy.resolve("train.py")).exists();
    assertThat(copy.resolve("old.pt")).exists();
    assertThat(workspace.notes())
        .anyMatch(n -> n.startsWith("Not in the copy: data (") && n.contains("--link data"));
  }

  @Test
  void manySmallFilesAreTooManyAndTheScriptIsNeverLeftOut() throws IOException {
    for (int i = 0; i < 50; i++) {
      Files.writeString(project.resolve("data/" + i), "x");
    }
    Path source = Files.createDirectory(project.resolve("src"));
    Files.write(source.resolve("train.py"), new byte[5_000]);
    Files.write(source.resolve("weights.bin"), new byte[5_000]);

    Workspace workspace = workspace("python src/train.py", Set.of(), SMALL);
    Path copy = workspace.copy(drill.resolve("one")).directory();

    assertThat(copy.resolve("data")).doesNotExist();
    assertThat(copy.resolve("src/train.py")).exists();
    assertThat(copy.resolve("src/weights.bin")).doesNotExist();
    assertThat(workspace.notes()).anyMatch(n -> n.contains("--link src/weights.bin"));
  }

  @Test
  void whatIsToBeLinkedIsALinkHoweverLarge() throws IOException {
    Files.write(project.resolve("data/large.bin"), new byte[2_000]);

    Path copy =
        workspace("python train.py", Set.of(Path.of("data")), SMALL)
            .copy(drill.resolve("one"))
            .directory();

    assertThat(copy.resolve("data")).isSymbolicLink();
    assertThat(copy.resolve("data/x.txt")).hasContent("seven");
  }

  @Test
  void anEnvironmentIsLinkedAndWhatARunByHandSavedIsNotCopied() throws IOException {
    Path environment = Files.createDirectories(project.resolve(".venv/lib"));
    Files.writeString(project.resolve(".venv/pyvenv.cfg"), "home = /usr/bin");
    Files.write(environment.resolve("torch.so"), new byte[5_000]);
    Files.createDirectories(project.resolve("baton-checkpoints/e0-b5"));

    Workspace workspace = workspace(".venv/bin/python train.py", Set.of(), SMALL);
    Path copy = workspace.copy(drill.resolve("one")).directory();

    assertThat(copy.resolve(".venv")).isSymbolicLink();
    assertThat(copy.resolve("baton-checkpoints")).doesNotExist();
    assertThat(workspace.notes()).hasSize(1);
  }

  @Test
  void linksLeadWhereTheyLedAndThoseWithinLeadIntoTheCopy() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(project.resolve("relative"), Path.of("data"));
    Files.createSymbolicLink(project.resolve("absolute"), project.resolve("data/x.txt"));
    Files.createSymbolicLink(project.resolve("away"), Path.of("../outside"));

    Path copy =
        workspace("python train.py", Set.of(), Workspace.Limit.USUAL)
            .copy(drill.resolve("one"))
            .directory();

    assertThat(copy.resolve("relative").toRealPath()).isEqualTo(copy.resolve("data").toRealPath());
    assertThat(copy.resolve("absolute").toRealPath())
        .isEqualTo(copy.resolve("data/x.txt").toRealPath());
    assertThat(copy.resolve("away").toRealPath()).isEqualTo(outside.toRealPath());
  }

  @Test
  void theDrillsOwnFolderIsNotCopiedIntoItself() throws IOException {
    Path inside = Files.createDirectory(project.resolve("drill"));
    Workspace workspace =
        new Workspace(project, "python train.py", Set.of(), Workspace.Limit.USUAL, inside);

    Path copy = workspace.copy(inside.resolve("one")).directory();

    assertThat(copy.resolve("train.py")).exists();
    assertThat(copy.resolve("drill")).doesNotExist();
  }

  private Workspace workspace(String command, Set<Path> linked, Workspace.Limit limit)
      throws IOException {
    return new Workspace(project, command, linked, limit, drill);
  }
}
