/**
 * Google Drive as a store of checkpoints, through its API: the root, folders and labels. Metadata
 * goes through Google's generated client. Bytes go through Baton's own uploader and downloader
 * ({@code .transfer}), with the same client's requests and sign-in ({@code .oauth}), because the
 * client's uploader loses an upload when a token ends, loops on an answer without progress, and
 * gives up on a rate limit.
 *
 * <p>Drive is only a blob store here: it has no compare-and-set, and lists lag behind. Everything
 * is addressed by id; who may move a job's head is decided elsewhere.
 */
package baton.storage.drive;
