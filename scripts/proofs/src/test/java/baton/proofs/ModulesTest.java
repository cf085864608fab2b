package baton.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What lies in which module, and what a user's class path is made of. */
class ModulesTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final String PROOFS = "scripts/proofs";

  @Test
  void onlyProofsRunWhatLiesInTestJars() throws Exception {
    Set<String> running = new TreeSet<>();
    for (String module : modules("")) {
      for (Element dependency : dependencies(module)) {
        boolean isTestJar = text(dependency, "type").equals("test-jar");
        if (isTestJar && !text(dependency, "scope").equals("test")) {
          running.add(module);
        }
      }
    }
    assertThat(running).containsExactly(PROOFS);
  }

  @Test
  void nobodyNeedsTheProofsToRun() throws Exception {
    for (String module : modules("")) {
      assertThat(dependencies(module)).noneMatch(d -> text(d, "artifactId").equals("proofs"));
    }
  }

  @Test
  void theWorkerAndTheCommandsAreCompiledWithoutTheProgramsThatComeAlong() throws Exception {
    for (String module : modules("")) {
      for (Element dependency : dependencies(module)) {
        if (text(dependency, "artifactId").equals("programs") && !module.equals(PROOFS)) {
          assertThat(text(dependency, "scope")).as(module).isEqualTo("runtime");
        }
      }
    }
    assertThat(modules("")).contains("worker", "worker/programs");
  }

  @Test
  void noPackageIsInTwoModules() throws Exception {
    Map<String, String> moduleOf = new TreeMap<>();
    List<String> twice = new ArrayList<>();
    for (String module : modules("")) {
      for (String name : packages(module)) {
        String other = moduleOf.putIfAbsent(name, module);
        if (other != null) {
          twice.add("%s in %s and %s".formatted(name, other, module));
        }
      }
    }
    assertThat(moduleOf).containsEntry("baton.cli.drill", "scripts/cli").hasSizeGreaterThan(40);
    assertThat(twice).isEmpty();
  }

  @Test
  void theLauncherTakesTestJarsForProofsAlone() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("scripts/baton"));
    int function = lines.indexOf("proofs() {");
    int end = lines.subList(function, lines.size()).indexOf("}") + function;

    assertThat(lines.subList(function, end)).anyMatch(line -> line.contains("-tests.jar"));
    for (int i = 0; i < lines.size(); i++) {
      if (i < function || i > end) {
        assertThat(lines.get(i).replace("!(*-tests)", "")).doesNotContain("-tests");
      }
    }
  }

  /** The modules that have code, as paths from the root; those below one named {@code of}. */
  private static List<String> modules(String of) throws Exception {
    List<String> all = new ArrayList<>();
    NodeList named = pom(of).getElementsByTagName("module");
    for (int i = 0; i < named.getLength(); i++) {
      String module = of + named.item(i).getTextContent();
      List<String> below = modules(module + "/");
      all.addAll(below.isEmpty() ? List.of(module) : below);
    }
    return all;
  }

  private static List<Element> dependencies(String module) throws Exception {
    List<Element> all = new ArrayList<>();
    NodeList named = pom(module).getElementsByTagName("dependency");
    for (int i = 0; i < named.getLength(); i++) {
      all.add((Element) named.item(i));
    }
    return all;
  }

  private static Element pom(String module) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(module).resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  private static String text(Element element, String name) {
    Node found = element.getElementsByTagName(name).item(0);
    return found == null ? "" : found.getTextContent();
  }

  private static Set<String> packages(String module) throws IOException {
    Path sources = ROOT.resolve(module).resolve("src/main/java");
    Set<String> all = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> sources.relativize(file.getParent()).toString().replace('/', '.'))
          .forEach(all::add);
    }
    return all;
  }
}
