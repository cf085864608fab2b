package baton.protocol.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** A file that may be valid but that this Baton cannot read: a limit of Baton. */
public final class BeyondBatonException extends IOException {
  private static final long serialVersionUID = 1L;

  BeyondBatonException(Path file, String why, Throwable cause) {
    super("this Baton cannot read " + file.getFileName() + ": " + why, cause);
  }
}
