/**
 * The proof of exactness: each program unbroken and as a relay of killed workers, compared by
 * sha256, and two controls that must differ.
 */
package baton.proofs.exact;
