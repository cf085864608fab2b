package baton.cli.drill;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folders in which a script works. Each run gets its own copies, so that a drill overwrites
 * nothing and no run reads what another has written.
 *
 * <p>A copy is bounded. Entries beyond the limit are left out, the largest first, and linked only
 * if a person asks for it: writing through a link would overwrite the original, and root is not
 * stopped by permissions. Python environments are linked, since training does not write there.
 */
final class Workspace {
  /**
   * The limit of a copy.
   *
   * @param bytes the size of all files together
   */
  record Limit(long bytes, long files) {
    static final Limit USUAL = new Limit(2_000_000_000, 100_000);
  }

  /**
   * A run's own copy: the directory where its workers run, and the command with the copy's paths.
   */
  record Copy(Path directory, String command) {}

  private static final Pattern WORD = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");

  /** The saves of a run by hand, which no worker reads. */
  private static final String SAVED_BY_HAND = "baton-checkpoints";

  private final Path directory;
  private final String command;
  private final Set<Path> linked;
  private final Limit limit;
  private final Path drill;

  /** Each folder that is copied, with the entries left out of it and their sizes. */
  private final Map<Path, Map<Path, Weight>> folders = new LinkedHashMap<>();

  private Weight copied = Weight.NOTHING;

  /**
   * Measures the folders; copies nothing yet.
   *
   * @param directory where the command is started
   * @param linked paths that the script only reads; the copies have links to them
   * @param drill the drill's own folder, which may be inside a copied folder
   */
  Workspace(Path directory, String command, Set<Path> linked, Limit limit, Path drill)
      throws IOException {
    this.directory = directory.toRealPath();
    this.command = command;
    this.linked = new TreeSet<>();
    for (Path path : linked) {
      this.linked.add(this.directory.resolve(path).normalize());
    }
    this.limit = limit;
    this.drill = drill.toRealPath();
    Optional<Path> script = script();
    survey(this.directory, script);
    Optional<Path> elsewhere = script.map(Path::getParent).filter(home -> !isCopied(home));
    if (elsewhere.isPresent()) {
      survey(elsewhere.get(), script);
    }
  }

  /** The first word after the interpreter that is a Python file. */
  private Optional<Path> script() throws IOException {
    for (String word : words().stream().skip(1).filter(w -> w.endsWith(".py")).toList()) {
      Path path = directory.resolve(word);
      if (Files.isRegularFile(path)) {
        return Optional.of(path.toRealPath());
      }
    }
    return Optional.empty();
  }

  private List<String> words() {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      words.add(word.group().replaceAll("^['\"]|['\"]$", ""));
    }
    return words;
  }

  private boolean isCopied(Path path) {
    return folders.keySet().stream().anyMatch(path::startsWith);
  }

  /** Decides what to leave out of a folder, so that the rest is within the limit. */
  private void survey(Path folder, Optional<Path> script) throws IOException {
    Map<Path, Weight> leftOut = new LinkedHashMap<>();
    folders.put(folder, leftOut);
    Map<Path, Weight> members = new LinkedHashMap<>();
    weigh(folder, script, members);
    Weight all = members.values().stream().reduce(copied, Weight::plus);
    List<Path> heaviestFirst =
        members.keySet().stream()
            .sorted(Comparator.comparingDouble((Path p) -> members.get(p).share(limit)).reversed())
            .toList();
    for (Path member : heaviestFirst) {
      if (all.share(limit) > 1 && !script.filter(member::equals).isPresent()) {
        leftOut.put(member, members.get(member));
        all = all.minus(members.get(member));
      }
    }
    copied = all;
  }

  /** Weighs the entries of a folder, and of the folders below it on the way to the script. */
  private void weigh(Path folder, Optional<Path> script, Map<Path, Weight> members)
      throws IOException {
    for (Path member : members(folder)) {
      boolean holdsScript = script.filter(file -> file.startsWith(member)).isPresent();
      if (holdsScript && Files.isDirectory(member)) {
        weigh(member, script, members);
      } else {
        members.put(member, weight(member));
      }
    }
  }

  private static List<Path> members(Path folder) throws IOException {
    try (Stream<Path> members = Files.list(folder)) {
      return members.sorted().toList();
    }
  }

  private Weight weight(Path path) throws IOException {
    Weight[] sum = {Weight.NOTHING};
    visit(
        path,
        (file, attributes) -> {
          if (isLinked(file, attributes)) {
            return FileVisitResult.SKIP_SUBTREE;
          }
          sum[0] =
              sum[0].plus(
                  new Weight(
                      attributes.isRegularFile() ? attributes.size() : 0,
                      attributes.isDirectory() ? 0 : 1));
          // Counting all files of a large data set would take too long.
          return sum[0].share(limit) > 2 ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        });
    return sum[0];
  }

  /** Sentences that a person should know before the drill begins. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "Each run works in a copy of %s (%s), which is deleted afterwards."
            .formatted(
                String.join(" and of ", folders.keySet().stream().map(Path::toString).toList()),
                copied));
    folders.forEach(
        (folder, leftOut) ->
            leftOut.forEach(
                (path, weight) -> {
                  String name = directory.relativize(path).toString();
                  notes.add(
                      "Not in the copy: %s (%s%s), too much for it. If the script only reads it, add"
                              .formatted(name, weight.share(limit) > 2 ? "over " : "", weight)
                          + " --link %s; if it writes there, drill it in a smaller folder."
                              .formatted(name));
                }));
    return notes;
  }

  /** Makes the copies of one run in a new folder. */
  Copy copy(Path into) throws IOException {
    Map<Path, Path> copies = new LinkedHashMap<>();
    for (Path folder : folders.keySet()) {
      copies.put(folder, into.resolve(Integer.toString(copies.size())));
    }
    for (Path folder : copies.keySet()) {
      copy(folder, copies);
    }
    return new Copy(copies.get(directory), commandIn(copies));
  }

  /**
   * The command with the paths of the copies; the interpreter's path stays, since it finds its
   * packages by it.
   */
  private String commandIn(Map<Path, Path> copies) {
    Matcher first = WORD.matcher(command);
    int end = first.find() ? first.end() : 0;
    String rest = command.substring(end);
    for (Map.Entry<Path, Path> entry : copies.entrySet()) {
      String folder = Pattern.quote(entry.getKey().toString());
      String copy = Matcher.quoteReplacement(entry.getValue().toString());
      rest = rest.replaceAll("(?<![\\w./-])" + folder + "(?=[/\\s'\"]|$)", copy);
    }
    return command.substring(0, end) + rest;
  }

  private void copy(Path folder, Map<Path, Path> copies) throws IOException {
    Path target = copies.get(folder);
    Files.createDirectories(target);
    Set<Path> leftOut = folders.get(folder).keySet();
    visit(
        folder,
        (path, attributes) -> {
          Path at = target.resolve(folder.relativize(path).toString());
          if (leftOut.contains(path)) {
            return FileVisitResult.SKIP_SUBTREE;
          }
          if (isLinked(path, attributes)) {
            Files.createDirectories(at.getParent());
            Files.createSymbolicLink(at, path);
            return FileVisitResult.SKIP_SUBTREE;
          }
          if (attributes.isDirectory()) {
            Files.createDirectories(at);
          } else if (attributes.isSymbolicLink()) {
            Files.createSymbolicLink(at, targetOf(path, copies));
          } else if (attributes.isRegularFile()) {
            copyFile(path, at);
          }
          return FileVisitResult.CONTINUE;
        });
  }

  private boolean isLinked(Path path, BasicFileAttributes attributes) {
    return linked.contains(path) || (attributes.isDirectory() && isEnvironment(path));
  }

  /** Whether a folder is a virtual environment of Python or Conda. */
  private static boolean isEnvironment(Path folder) {
    return Files.exists(folder.resolve("pyvenv.cfg"))
        || Files.isDirectory(folder.resolve("conda-meta"));
  }

  /** The target of a link: in the copy if it was copied, otherwise the original. */
  private static Path targetOf(Path link, Map<Path, Path> copies) throws IOException {
    Path target = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
    for (Map.Entry<Path, Path> entry : copies.entrySet()) {
      if (target.startsWith(entry.getKey())) {
        return entry.getValue().resolve(entry.getKey().relativize(target).toString());
      }
    }
    return target;
  }

  private static void copyFile(Path from, Path to) throws IOException {
    try {
      Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException | AccessDeniedException e) {
      // It is gone by now, or neither the drill nor the script may read it.
    }
  }

  private interface Visit {
    FileVisitResult of(Path path, BasicFileAttributes attributes) throws IOException;
  }

  /**
   * Visits each folder before its entries; does not follow links, and skips what it may not read.
   */
  private void visit(Path from, Visit visit) throws IOException {
    FileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            return folder.endsWith(SAVED_BY_HAND) || folder.equals(drill)
                ? FileVisitResult.SKIP_SUBTREE
                : visit.of(folder, attributes);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            FileVisitResult result = visit.of(file, attributes);
            return result == FileVisitResult.SKIP_SUBTREE ? FileVisitResult.CONTINUE : result;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        };
    Files.walkFileTree(from, visitor);
  }
}
