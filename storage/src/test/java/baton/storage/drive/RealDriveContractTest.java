package baton.storage.drive;

import baton.storage.CheckpointStore;
import baton.storage.CheckpointStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract of all stores, for the real Drive of whoever gives credentials. */
@EnabledIfEnvironmentVariable(named = RealDriveContractTest.CREDENTIALS, matches = ".+")
class RealDriveContractTest extends CheckpointStoreContract {
  static final String CREDENTIALS = "BATON_TEST_DRIVE_CREDENTIALS";

  private RealDrive drive;

  @Override
  protected CheckpointStore open() throws Exception {
    if (drive == null) {
      drive = RealDrive.create(Path.of(System.getenv(CREDENTIALS)));
    }
    return drive.open();
  }

  @AfterEach
  void delete() throws IOException {
    drive.close();
  }
}
