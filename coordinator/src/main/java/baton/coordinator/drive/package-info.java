/**
 * The coordinator's own sign-in to Google Drive: it renews the access in time and lends it to
 * workers.
 */
package baton.coordinator.drive;
