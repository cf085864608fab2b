/** What a save costs a training: {@link baton.proofs.bench.snapshot.SnapshotBench}. */
package baton.proofs.bench.snapshot;
