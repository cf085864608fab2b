package baton.coordinator.store;

import baton.coordinator.lease.Signals;

class MemorySignalsTest extends SignalsContract {
  private final MemorySignals signals = new MemorySignals();

  @Override
  Signals signals() {
    return signals;
  }
}
