package baton.worker.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import baton.protocol.Position;
import baton.worker.segment.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a worker finds programs. */
class ProgramsTest {
  private static final Path SPIRALS = Path.of("src/test/java/example/spirals");
  private static final String SERVICE = "META-INF/services/baton.worker.train.ProgramProvider";

  @TempDir Path folder;

  @Test
  void theWorkerItselfHasNoProgram() {
    assertThat(Programs.found(Track.torch(), List.of())).isEmpty();
  }

  @Test
  void theJarOfSomebodysOwnBringsAProgramAlongThatTrains() throws Exception {
    List<Program> found = Programs.found(Track.torch(), List.of(jarOfSpirals("own")));

    assertThat(found).extracting(Program::name).containsExactly("spirals");
    assertThat(Relayed.unbroken(found.get(0), Track.job(7, 1, Map.of()), new Track(folder)).end())
        .isEqualTo(Position.ofEpochs(1));
  }

  @Test
  void aLibraryMayLieBesideTheJarThatHasThePrograms() throws Exception {
    Path library = jar("library.jar", Map.of("words.txt", bytes("none")));

    assertThat(Programs.found(Track.torch(), List.of(library, jarOfSpirals("own")))).hasSize(1);
  }

  @Test
  void twoJarsWithProgramsOfOneNameAreRefused() throws Exception {
    List<Path> jars = List.of(jarOfSpirals("one"), jarOfSpirals("two"));

    assertThatThrownBy(() -> Programs.found(Track.torch(), jars))
        .hasMessage("Two programs have the name spirals");
  }

  @Test
  void aJarThatIsNotThereIsNamed() {
    Path jar = folder.resolve("none.jar");

    assertThatThrownBy(() -> Programs.found(Track.torch(), List.of(jar)))
        .hasMessage("There is no jar %s that can be read".formatted(jar));
  }

  @Test
  void aJarWithoutAProgramIsToldWhatItLacks() throws Exception {
    Path jar = jar("library.jar", Map.of("words.txt", bytes("none")));

    assertThatThrownBy(() -> Programs.found(Track.torch(), List.of(jar)))
        .hasMessage(
            "There is no program in %s: a jar names the class of its programs in its file %s"
                .formatted(jar, SERVICE));
  }

  @Test
  void aJarThatNamesAClassThatItLacksDoesNotFit() throws Exception {
    Path jar = jar("broken.jar", Map.of(SERVICE, bytes("example.Missing")));

    assertThatThrownBy(() -> Programs.found(Track.torch(), List.of(jar)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The programs of a jar cannot be loaded (")
        .hasMessageContaining("example.Missing");
  }

  /** The example of the documents, compiled in another package, since its own is on this path. */
  private Path jarOfSpirals(String name) throws IOException {
    Path sources = Files.createDirectories(folder.resolve(name).resolve("src"));
    Path classes = Files.createDirectories(folder.resolve(name).resolve("classes"));
    for (String file : List.of("Spirals.java", "SpiralPrograms.java")) {
      Files.writeString(
          sources.resolve(file),
          Files.readString(SPIRALS.resolve(file))
              .replace("package example.spirals", "package " + name));
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                sources.resolve("Spirals.java").toString(),
                sources.resolve("SpiralPrograms.java").toString());
    assertThat(code).isZero();
    Map<String, byte[]> entries = new TreeMap<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.put(classes.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    entries.put(SERVICE, bytes(name + ".SpiralPrograms"));
    return jar(name + ".jar", entries);
  }

  private Path jar(String name, Map<String, byte[]> entries) throws IOException {
    Path jar = folder.resolve(name);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return jar;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
