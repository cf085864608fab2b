package baton.coordinator.lease;

import baton.protocol.Fence;

/**
 * The last renewal of a lease: advice that may be lost, never a record.
 *
 * @param counter grows with each renewal
 * @param said what the holder reported
 */
public record LeaseHeartbeat(Fence fence, long counter, Renewing said) {}
