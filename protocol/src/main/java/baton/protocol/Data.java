package baton.protocol;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a job trains on: files, each with its sha256 and a place to fetch it from.
 *
 * @param name for people
 * @param order the version of the order in which the files are read; another order makes other data
 * @param files tar archives are unpacked one after the other; other files are placed at their paths
 */
public record Data(String name, int order, List<DataFile> files) {
  public static final int MOST_FILES = 1_000;

  public Data {
    requireName(name);
    if (order < 1) {
      throw new IllegalArgumentException("the order of data counts from 1, not " + order);
    }
    if (files.isEmpty() || files.size() > MOST_FILES) {
      throw new IllegalArgumentException("data has 1 to " + MOST_FILES + " files");
    }
    files = List.copyOf(files);
    Set<String> paths = new HashSet<>();
    for (DataFile file : files) {
      if (!paths.add(file.path())) {
        throw new IllegalArgumentException("data has two files at " + file.path());
      }
    }
  }

  /** Refuses what cannot be the name of data, with a sentence. */
  public static void requireName(String name) {
    Names.pathSafe("The name of data", name);
  }

  /**
   * The digest of what is trained on. Neither the name nor the sources are part of it: the same
   * bytes from elsewhere are the same data.
   */
  public Sha256 digest() {
    StringBuilder text = new StringBuilder("baton data 1\norder " + order + "\n");
    for (DataFile file : files) {
      text.append(file.sha256()).append(' ').append(file.size()).append(' ').append(file.path());
      text.append('\n');
    }
    return Sha256.ofText(text.toString());
  }

  /** The size of all files. */
  public long bytes() {
    return files.stream().mapToLong(DataFile::size).sum();
  }
}
