/** What workers that do not train put in the place of checkpoints. */
package baton.proofs.pretend;
