package baton.coordinator.store;

import baton.coordinator.lease.HeartbeatStore;

class MemoryHeartbeatsTest extends HeartbeatStoreContract {
  private final MemoryHeartbeats heartbeats = new MemoryHeartbeats();

  @Override
  HeartbeatStore heartbeats() {
    return heartbeats;
  }
}
