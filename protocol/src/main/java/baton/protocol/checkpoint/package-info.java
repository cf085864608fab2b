/** The format of a checkpoint in a store: manifest, tensors, state digest. */
package baton.protocol.checkpoint;
