package baton.worker.data;

import java.nio.file.Path;

/** Data that stays where it is until this is closed. */
public final class DataInUse implements AutoCloseable {
  private final Path folder;
  private final CacheLock lock;

  DataInUse(Path folder, CacheLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** The root of the data; only to be read. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    lock.close();
  }
}
