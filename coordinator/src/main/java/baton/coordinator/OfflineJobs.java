package baton.coordinator;

import baton.coordinator.lease.JobStore;
import baton.coordinator.relay.StoreRecovery;
import baton.coordinator.relay.StoreRecovery.Finding;
import baton.coordinator.relay.StoreRecovery.Wishes;
import baton.coordinator.store.DataDirectory;
import baton.coordinator.store.SqlJobStore;
import baton.coordinator.store.SqliteDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** The jobs in a data directory that no running coordinator uses. */
public final class OfflineJobs implements AutoCloseable {
  private final DataDirectory data;
  private final JobStore jobs;

  private OfflineJobs(DataDirectory data, JobStore jobs) {
    this.data = data;
    this.jobs = jobs;
  }

  /**
   * Locks the directory, and creates it if it does not exist; the exception says why that fails.
   */
  public static OfflineJobs open(Path folder) {
    DataDirectory data = DataDirectory.open(folder);
    try {
      return new OfflineJobs(data, new SqlJobStore(SqliteDatabase.open(data.database())));
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  public int count() {
    return jobs.newest(Integer.MAX_VALUE).size();
  }

  /**
   * Adopts checkpoints that are in the stores but not in the database; see {@link StoreRecovery}.
   */
  public List<Finding> adopt(List<RecoverySource> stores, Clock clock, Wishes wishes) {
    CompositeCheckpointFiles files =
        new CompositeCheckpointFiles(stores.stream().map(RecoverySource::files).toList());
    return new StoreRecovery(jobs, files, clock, wishes)
        .adopt(stores.stream().map(RecoverySource::contents).toList());
  }

  @Override
  public void close() {
    jobs.close();
    data.close();
  }
}
