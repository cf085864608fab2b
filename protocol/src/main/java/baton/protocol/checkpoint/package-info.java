/** The form of a checkpoint on a store (design, section 5): manifest, tensors, state digest. */
package baton.protocol.checkpoint;
