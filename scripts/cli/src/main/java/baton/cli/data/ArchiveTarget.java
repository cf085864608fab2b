package baton.cli.data;

import baton.protocol.DataSource;
import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The place where the archives of one data lie. */
public interface ArchiveTarget {
  /** The archive of this name, if it is there with these bytes. */
  Optional<DataSource> find(String name, long size, Sha256 sha256)
      throws StoreException, IOException;

  /**
   * Puts an archive there under its own name; it becomes visible whole or not at all.
   *
   * @param moved told how many bytes have moved since it was last told
   */
  DataSource put(Path archive, LongConsumer moved) throws StoreException, IOException;
}
