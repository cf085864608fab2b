package baton.worker.checkpoint;

import baton.protocol.Sha256;
import baton.storage.HashedFile;
import java.util.List;

/**
 * A snapshot in a local folder, with the results of the stages that its bytes passed.
 *
 * @param files the files in order of name
 * @param digest the digest of the state
 * @param nan the check for NaN, after all tensors
 */
record SpooledState(List<HashedFile> files, Sha256 digest, NanCheck nan) {}
