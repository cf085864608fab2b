/**
 * Checkpoints on the stores that a coordinator reaches itself: checks them before a commit, deletes
 * what was pruned, and sweeps what no one will ever commit.
 */
package baton.coordinator.checkpoint;
