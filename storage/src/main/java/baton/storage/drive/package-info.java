/**
 * Google Drive as a store of checkpoints, through its API: the root, folders and labels. Metadata
 * goes through Google's generated client; bytes go through an uploader and a downloader of our own
 * ({@code .transfer}) on the same client's requests and sign-in ({@code .oauth}), because its own
 * uploader loses an upload when a token ends, loops on an answer without progress, and gives up on
 * a rate limit.
 *
 * <p>Drive is a blob store here: it has no compare-and-set, and lists lag behind. Everything is
 * addressed by id; who may move a job's head is not decided here.
 */
package baton.storage.drive;
