package baton.coordinator.store;

import baton.coordinator.lease.JobStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteHistoryTest extends JobHistoryContract {
  @TempDir Path folder;

  @Override
  JobStore create() {
    return new SqlJobStore(SqliteDatabase.open(folder.resolve("baton.db")));
  }
}
