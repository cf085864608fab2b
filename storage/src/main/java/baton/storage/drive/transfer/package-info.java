/**
 * Requests to Drive that survive bad days: uploads in sessions that are taken up again, downloads
 * in ranges, how fast to go, how long to pause, when to give up, and what an error means. It knows
 * single files by id, and nothing of stores, folders and labels.
 */
package baton.storage.drive.transfer;
