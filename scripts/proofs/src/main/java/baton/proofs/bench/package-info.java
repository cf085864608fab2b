/** Measurements of real processes: how fast, how large. People, not the code, judge the figures. */
package baton.proofs.bench;
