package baton.proofs.bench.drive;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Something that uploads a file and downloads it again; both times the bytes are verified. */
interface Mover extends AutoCloseable {
  String name();

  /** Uploads, and remembers where to. */
  Duration put(Path file, Sha256 sha256) throws IOException, InterruptedException;

  /** Downloads what was put last. */
  Duration get(Path into, Sha256 sha256) throws IOException, InterruptedException;

  /** Removes what was put last. */
  void clean() throws IOException, InterruptedException;

  @Override
  default void close() {}
}
