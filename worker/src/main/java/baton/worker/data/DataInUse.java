package baton.worker.data;

import java.nio.file.Path;

/** Data that is not removed until this is closed. */
public final class DataInUse implements AutoCloseable {
  private final Path folder;
  private final CacheLock lock;

  DataInUse(Path folder, CacheLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** The root folder of the data; read-only. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    lock.close();
  }
}
