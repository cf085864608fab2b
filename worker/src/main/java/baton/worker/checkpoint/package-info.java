/**
 * How checkpoints get to a store and back: {@link baton.worker.checkpoint.Checkpoints} is the one
 * algorithm for every store.
 */
package baton.worker.checkpoint;
