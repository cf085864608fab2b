package baton.coordinator.store;

import baton.coordinator.lease.JobStore;
import java.util.Optional;

class PostgresHistoryTest extends JobHistoryContract {
  @Override
  JobStore create() {
    return new SqlJobStore(Database.open(PostgresServer.freshDatabase(), Optional.empty()));
  }
}
