package baton.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A local file got other bytes between two looks at it, so what was made of it counts for nothing.
 */
public final class ChangedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  ChangedFileException(Path file) {
    super("the file " + file.getFileName() + " was changed while it was being stored");
  }
}
