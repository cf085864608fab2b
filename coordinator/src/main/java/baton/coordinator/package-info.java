/**
 * The coordinator as a whole: {@link baton.coordinator.Coordinator} constructs it from its parts,
 * {@link baton.coordinator.CoordinatorMain} is its command line.
 */
package baton.coordinator;
