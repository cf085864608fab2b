package baton.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One file of a job's data.
 *
 * @param path from the root of the data, with forward slashes; a path that ends in {@code .tar} is
 *     an archive, which is unpacked into the root
 * @param size in bytes
 * @param source where workers fetch it
 */
public record DataFile(String path, long size, Sha256 sha256, DataSource source) {
  private static final int LONGEST = 400;
  private static final String ARCHIVE = ".tar";
  private static final Pattern STEP = Pattern.compile("[^/\\\\\\p{Cntrl}]+");

  public DataFile {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(source, "source");
    if (path == null || path.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the path of a data file has 1 to " + LONGEST + " characters");
    }
    for (String step : path.split("/", -1)) {
      if (!STEP.matcher(step).matches() || step.equals(".") || step.equals("..")) {
        throw new IllegalArgumentException("the path " + path + " leads out of the data");
      }
    }
    if (size < 0) {
      throw new IllegalArgumentException("the file " + path + " cannot have " + size + " bytes");
    }
  }

  @JsonIgnore
  public boolean isArchive() {
    return path.endsWith(ARCHIVE);
  }
}
