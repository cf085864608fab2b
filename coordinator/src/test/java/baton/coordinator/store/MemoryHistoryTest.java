package baton.coordinator.store;

import baton.coordinator.lease.JobStore;

class MemoryHistoryTest extends JobHistoryContract {
  @Override
  JobStore create() {
    return new MemoryJobStore();
  }
}
