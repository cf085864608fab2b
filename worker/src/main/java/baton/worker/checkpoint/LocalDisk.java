package baton.worker.checkpoint;

import baton.protocol.IoReason;
import baton.protocol.Trouble;
import baton.worker.segment.TroubleException;
import java.io.IOException;
import java.nio.file.Path;

/** Reports failures of this machine's own disk. */
final class LocalDisk {
  private LocalDisk() {}

  static TroubleException trouble(String what, Path where, IOException e) {
    return new TroubleException(
        Trouble.machine(
            "This machine could not %s on its disk at %s: %s."
                .formatted(what, where, IoReason.of(e)),
            "Make room there, or give the worker another directory."),
        e);
  }
}
