/**
 * The rules of the relay: which session may hold a job's lease, and what moves its head.
 *
 * <p>A job is one immutable record, {@link baton.coordinator.lease.Job}; a request is a {@link
 * baton.coordinator.lease.Command} that decides, reading nothing but its arguments, so a decision
 * may be taken twice. In steps:
 *
 * <ol>
 *   <li>A shell reads the job and the answer stored for the request, if it was made before.
 *   <li>{@link baton.coordinator.lease.Command#decide} gives a {@link
 *       baton.coordinator.lease.Decision}: the job as it becomes, the answer, rows of history.
 *   <li>The shell stores all of it in one transaction, or, if the job's version has moved, begins
 *       again.
 * </ol>
 *
 * <p>{@link baton.coordinator.lease.LeaseWatch} tells which leases have run out or stall, {@link
 * baton.coordinator.lease.Schedule} which job a session gets. Knows the JDK and protocol values
 * only.
 */
package baton.coordinator.lease;
