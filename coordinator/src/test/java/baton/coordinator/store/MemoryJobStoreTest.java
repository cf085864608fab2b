package baton.coordinator.store;

import baton.coordinator.lease.JobStore;

class MemoryJobStoreTest extends JobStoreContract {
  @Override
  JobStore create() {
    return new MemoryJobStore();
  }
}
