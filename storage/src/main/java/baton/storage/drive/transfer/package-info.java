/**
 * Fault-tolerant requests to Drive: uploads in sessions that are resumed, downloads in ranges, rate
 * limits, pauses, when to give up, and what an error means. It knows single files by id, but no
 * stores, folders or labels.
 */
package baton.storage.drive.transfer;
