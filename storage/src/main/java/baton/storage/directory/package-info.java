/** A directory as a store of checkpoints: a local disk, or a mounted one that machines share. */
package baton.storage.directory;
