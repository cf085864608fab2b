/**
 * A store on Google Drive, as a coordinator with a consent reaches it: what lies there is checked,
 * listed for a recovery, and deleted once it is pruned.
 */
package baton.coordinator.drive;
