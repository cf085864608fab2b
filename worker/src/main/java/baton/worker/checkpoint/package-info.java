/**
 * Saves and restores checkpoints: {@link baton.worker.checkpoint.Checkpoints} is the one algorithm
 * for every store.
 */
package baton.worker.checkpoint;
