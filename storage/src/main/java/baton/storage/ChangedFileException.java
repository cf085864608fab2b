package baton.storage;

import java.io.IOException;
import java.nio.file.Path;

/** A local file changed between two reads, so what was stored of it must not be used. */
public final class ChangedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  ChangedFileException(Path file) {
    super("the file " + file.getFileName() + " was changed while it was being stored");
  }
}
