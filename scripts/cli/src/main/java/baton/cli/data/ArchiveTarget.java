package baton.cli.data;

import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The place where the archives of a data set are stored. */
public interface ArchiveTarget {
  /** Finds the archive with this name and these bytes. */
  Optional<DataSource> find(String name, long size, Sha256 sha256)
      throws StoreException, IOException;

  /**
   * Stores an archive under its own name, atomically.
   *
   * @param moved called with the number of bytes moved since the last call
   */
  DataSource put(Path archive, LongConsumer moved) throws StoreException, IOException;
}
