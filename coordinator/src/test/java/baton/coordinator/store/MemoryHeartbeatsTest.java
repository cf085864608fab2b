package baton.coordinator.store;

import baton.coordinator.lease.HeartbeatStore;

class MemoryHeartbeatsTest extends HeartbeatStoreContract {
  private final MemoryHeartbeats pulses = new MemoryHeartbeats();

  @Override
  HeartbeatStore pulses() {
    return pulses;
  }
}
