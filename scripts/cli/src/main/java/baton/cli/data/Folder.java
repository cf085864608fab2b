package baton.cli.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The plain files of a folder, in the order of their paths. */
record Folder(List<Item> items) {
  /**
   * One file.
   *
   * @param path from the folder, with forward slashes
   */
  record Item(String path, Path file, long size) {}

  /**
   * Lists a folder.
   *
   * @throws IllegalArgumentException if it has no file, or something that is neither a file nor a
   *     folder
   */
  static Folder of(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException("There is no folder " + root + " to pack.");
    }
    List<Item> items = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          String name = root.relativize(path).toString().replace('\\', '/');
          items.add(new Item(name, path, Files.size(path)));
        } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          throw new IllegalArgumentException(
              path
                  + " is neither a plain file nor a folder, and workers unpack nothing else; put the"
                  + " file itself there, or take it out.");
        }
      }
    }
    if (items.isEmpty()) {
      throw new IllegalArgumentException("There is no file in " + root + " to pack.");
    }
    items.sort(Comparator.comparing(Item::path));
    return new Folder(List.copyOf(items));
  }
}
