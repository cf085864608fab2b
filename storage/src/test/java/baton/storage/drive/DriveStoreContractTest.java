package baton.storage.drive;

import baton.storage.CheckpointStore;
import baton.storage.CheckpointStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of all stores, for Google Drive. */
class DriveStoreContractTest extends CheckpointStoreContract {
  @TempDir Path bytes;
  private Bench bench;

  @Override
  protected CheckpointStore open() throws Exception {
    if (bench == null) {
      bench = new Bench(bytes, 1);
    }
    return bench.open();
  }

  @AfterEach
  void stop() throws IOException {
    bench.close();
  }
}
