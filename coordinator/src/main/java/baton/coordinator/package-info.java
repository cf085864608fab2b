/**
 * The coordinator as a whole: {@link baton.coordinator.Coordinator} puts its parts together, {@link
 * baton.coordinator.CoordinatorMain} is its command line.
 */
package baton.coordinator;
