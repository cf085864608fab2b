/**
 * Where jobs, pulses and signals live: the database that is the authority, and Hazelcast around it.
 *
 * <ol>
 *   <li>{@link baton.coordinator.store.DataDirectory} is the coordinator's folder, locked against a
 *       second coordinator.
 *   <li>{@link baton.coordinator.store.SqlJobStore} keeps jobs, answers and history in SQL; a
 *       transition is one write that names the version it read.
 *   <li>{@link baton.coordinator.store.GroupCommitter} puts the transitions that wait into one
 *       transaction, and answers once it is on disk (R4).
 *   <li>{@link baton.coordinator.store.HazelcastNode} carries what may be lost: {@link
 *       baton.coordinator.store.HazelcastPulses} and {@link
 *       baton.coordinator.store.HazelcastSignals}.
 * </ol>
 *
 * <p>SQL and map names stop here. What differs between databases stands in {@link
 * baton.coordinator.store.SqliteDatabase} alone.
 */
package baton.coordinator.store;
