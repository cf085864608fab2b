/** Measurements of real processes: how fast, how large. They judge nothing; people do. */
package baton.proofs.bench;
