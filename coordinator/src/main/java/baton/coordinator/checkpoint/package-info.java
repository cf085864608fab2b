/**
 * Checkpoints in the stores that a coordinator reaches itself, whatever they are made of: checks
 * them before a commit, deletes what was pruned, sweeps what nobody will ever commit, and reads
 * what a recovery takes up.
 */
package baton.coordinator.checkpoint;
