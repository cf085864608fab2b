package baton.proofs.bench.drive;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Uploads a file and downloads it again; the bytes are verified both times. */
interface Mover extends AutoCloseable {
  String name();

  /** Uploads a file, and remembers where. */
  Duration put(Path file, Sha256 sha256) throws IOException, InterruptedException;

  /** Downloads the last uploaded file. */
  Duration get(Path into, Sha256 sha256) throws IOException, InterruptedException;

  /** Removes the last uploaded file. */
  void clean() throws IOException, InterruptedException;

  @Override
  default void close() {}
}
