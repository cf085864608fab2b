/**
 * A Google Drive for tests and demos: the v3 calls that Baton makes, with the answers, the limits
 * and the bad days that Google documents, on a loopback port. Knows the JDK and JSON only.
 *
 * <p>It proves no more than our reading of the documentation; the contract of the stores can be run
 * against the real Drive as well.
 */
package baton.storage.drive.fake;
