/**
 * The proof of exactness: each program is trained unbroken and as a relay of killed workers,
 * compared by sha256, with two controls that must differ.
 */
package baton.proofs.exact;
