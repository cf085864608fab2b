/**
 * Stores jobs, heartbeats and signals: in the database, which is authoritative, and in the memory
 * of one process, or Hazelcast's of several.
 *
 * <ol>
 *   <li>{@link baton.coordinator.store.DataDirectory} is the coordinator's folder, locked against a
 *       second coordinator.
 *   <li>{@link baton.coordinator.store.SqlJobStore} keeps jobs, answers and history in SQL; a
 *       transition is one write that names the version it read.
 *   <li>{@link baton.coordinator.store.GroupCommitter} puts waiting transitions into one
 *       transaction, and answers once it is on disk (R4).
 *   <li>{@link baton.coordinator.store.MemoryHeartbeats} and {@link
 *       baton.coordinator.store.MemorySignals} carry data that may be lost, for a single
 *       coordinator.
 *   <li>{@link baton.coordinator.store.HazelcastNode} carries it between several coordinators:
 *       {@link baton.coordinator.store.HazelcastHeartbeats} and {@link
 *       baton.coordinator.store.HazelcastSignals}. It knows the {@link
 *       baton.coordinator.store.Members} of a cluster, and whether it sees their majority.
 *   <li>{@link baton.coordinator.store.Registration} detects strangers on a shared database.
 *   <li>{@link baton.coordinator.store.Transfer}, {@link baton.coordinator.store.Backup} and {@link
 *       baton.coordinator.store.Restored} copy the content of a database.
 * </ol>
 *
 * <p>SQL and map names are used only here. Only the two implementations of {@link
 * baton.coordinator.store.Database} know how databases differ.
 */
package baton.coordinator.store;
