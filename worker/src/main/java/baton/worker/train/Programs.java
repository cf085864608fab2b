package baton.worker.train;

import baton.worker.segment.Program;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the programs on the class path, and in jars that the user names. */
public final class Programs {
  private static final String SERVICE = "META-INF/services/" + ProgramProvider.class.getName();

  private Programs() {}

  /**
   * All programs of all {@link ProgramProvider}s. A program in a named jar replaces a program of
   * the same name on the class path.
   *
   * @param jars jars with programs, and with libraries that they need
   * @throws IllegalArgumentException if a jar is missing or does not fit, or two programs on the
   *     class path, or two in the jars, have the same name
   */
  public static List<Program> found(TorchEngine torch, List<Path> jars) {
    ClassLoader own = Programs.class.getClassLoader();
    Map<String, Program> programs = byName(providers(own), torch);
    if (!jars.isEmpty()) {
      URLClassLoader loader = loader(jars, own);
      if (loader.findResource(SERVICE) == null) {
        throw new IllegalArgumentException(
            "There is no program in %s: a jar names the class of its programs in its file %s"
                .formatted(
                    jars.stream().map(Path::toString).collect(Collectors.joining(" or ")),
                    SERVICE));
      }
      programs.putAll(byName(providers(loader), torch));
    }
    return List.copyOf(programs.values());
  }

  /** The loader is never closed: programs load classes while they train. */
  private static URLClassLoader loader(List<Path> jars, ClassLoader parent) {
    List<URL> addresses = new ArrayList<>();
    for (Path jar : jars) {
      if (!Files.isReadable(jar)) {
        throw new IllegalArgumentException("There is no jar %s that can be read".formatted(jar));
      }
      try {
        addresses.add(jar.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("The name of a jar cannot be " + jar, e);
      }
    }
    return new URLClassLoader("programs", addresses.toArray(new URL[0]), parent);
  }

  /** The providers of {@code loader} itself, without its parents'. */
  private static List<ProgramProvider> providers(ClassLoader loader) {
    try {
      return ServiceLoader.load(ProgramProvider.class, loader).stream()
          .filter(provider -> provider.type().getClassLoader() == loader)
          .map(ServiceLoader.Provider::get)
          .toList();
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException(
          "The programs of a jar cannot be loaded (%s): is it made for this Baton and this Java?"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static Map<String, Program> byName(
      Collection<ProgramProvider> providers, TorchEngine torch) {
    Map<String, Program> byName = new LinkedHashMap<>();
    for (ProgramProvider provider : providers) {
      for (Program program : provider.programs(torch)) {
        if (byName.put(program.name(), program) != null) {
          throw new IllegalArgumentException("Two programs have the name " + program.name());
        }
      }
    }
    return byName;
  }
}
