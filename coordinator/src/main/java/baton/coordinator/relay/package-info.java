/**
 * The shell of the lease core: it gathers the evidence that a command needs (waiting requests,
 * leases that have run out, whether files are there), has the command decided and stored, and holds
 * waiting requests. It depends only on the core and its ports.
 */
package baton.coordinator.relay;
