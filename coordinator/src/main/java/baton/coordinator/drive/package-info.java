/**
 * A coordinator's side of a store on Google Drive: its own sign-in, which it renews in time and
 * lends to workers; and what it does there itself, where it checks, lists and deletes files.
 */
package baton.coordinator.drive;
