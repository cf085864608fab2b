package baton.coordinator.store;

import baton.coordinator.lease.Pulses;

class MemoryPulsesTest extends PulsesContract {
  private final MemoryPulses pulses = new MemoryPulses();

  @Override
  Pulses pulses() {
    return pulses;
  }
}
