/** What a save costs a training: {@link baton.scripts.bench.snapshot.SnapshotBench}. */
package baton.scripts.bench.snapshot;
