/** A coordinator's own sign-in to Google Drive, which it renews in time and lends to workers. */
package baton.coordinator.drive;
