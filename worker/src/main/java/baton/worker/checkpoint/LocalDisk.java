package baton.worker.checkpoint;

import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Path;

/** Failures of this machine's own disk, told to people. */
final class LocalDisk {
  private LocalDisk() {}

  static TroubleException trouble(String what, Path where, IOException e) {
    return new TroubleException(
        Trouble.machine(
            "This machine could not %s on its disk at %s: %s.".formatted(what, where, reason(e)),
            "Make room there, or give the worker another directory."),
        e);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
