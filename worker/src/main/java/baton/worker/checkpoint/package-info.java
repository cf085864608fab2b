/**
 * How checkpoints get to a store and back: {@link baton.worker.checkpoint.Checkpoints} is the one
 * algorithm for every store; the other classes are stores.
 */
package baton.worker.checkpoint;
