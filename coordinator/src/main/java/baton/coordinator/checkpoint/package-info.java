/**
 * Checkpoints in the stores that the coordinator itself reaches, whatever their kind: it checks
 * them before a commit, deletes pruned ones and orphans, and reads the contents of a store for a
 * recovery.
 */
package baton.coordinator.checkpoint;
