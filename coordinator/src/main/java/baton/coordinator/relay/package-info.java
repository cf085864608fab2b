/**
 * The shell of the lease core: gathers the evidence a command needs (who waits, what has run out,
 * whether the files are there), has it decided and stored, and keeps the requests that wait. Knows
 * the core and its ports, and no technology.
 */
package baton.coordinator.relay;
