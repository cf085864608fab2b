package baton.cli.drill;

import java.util.Locale;

/**
 * The size of what is copied.
 *
 * @param bytes the size of all files together
 */
record Weight(long bytes, long files) {
  static final Weight NOTHING = new Weight(0, 0);

  Weight plus(Weight other) {
    return new Weight(bytes + other.bytes, files + other.files);
  }

  Weight minus(Weight other) {
    return new Weight(bytes - other.bytes, files - other.files);
  }

  /** Its share of the limit, in bytes or in files, whichever is larger. */
  double share(Workspace.Limit limit) {
    return Math.max((double) bytes / limit.bytes(), (double) files / limit.files());
  }

  @Override
  public String toString() {
    String size =
        bytes < 1_000_000
            ? String.format(Locale.ROOT, "%.0f kB", Math.ceil(bytes / 1e3))
            : bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    return "%s in %d %s".formatted(size, files, files == 1 ? "file" : "files");
  }
}
