/**
 * Where jobs, heartbeats and signals live: the database that is the authority, and around it the
 * memory of one process, or Hazelcast's of several.
 *
 * <ol>
 *   <li>{@link baton.coordinator.store.DataDirectory} is the coordinator's folder, locked against a
 *       second coordinator.
 *   <li>{@link baton.coordinator.store.SqlJobStore} keeps jobs, answers and history in SQL; a
 *       transition is one write that names the version it read.
 *   <li>{@link baton.coordinator.store.GroupCommitter} puts the transitions that wait into one
 *       transaction, and answers once it is on disk (R4).
 *   <li>{@link baton.coordinator.store.MemoryHeartbeats} and {@link
 *       baton.coordinator.store.MemorySignals} carry what may be lost, for one that stands alone.
 *   <li>{@link baton.coordinator.store.HazelcastNode} carries it between several: {@link
 *       baton.coordinator.store.HazelcastHeartbeats} and {@link
 *       baton.coordinator.store.HazelcastSignals}. It knows the {@link
 *       baton.coordinator.store.Members} of a cluster, and whether their majority is in sight.
 *   <li>{@link baton.coordinator.store.Registration} keeps strangers from a shared database.
 *   <li>{@link baton.coordinator.store.Transfer}, {@link baton.coordinator.store.Backup} and {@link
 *       baton.coordinator.store.Restored} move what a database holds.
 * </ol>
 *
 * <p>SQL and map names stop here. What differs between databases stands in the two kinds of {@link
 * baton.coordinator.store.Database} alone.
 */
package baton.coordinator.store;
