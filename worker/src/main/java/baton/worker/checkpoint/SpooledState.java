package baton.worker.checkpoint;

import baton.protocol.Sha256;
import baton.storage.HashedFile;
import java.util.List;

/**
 * A snapshot in a local folder, and what its bytes were seen to be on their way there.
 *
 * @param files in order of name
 * @param digest of the state
 * @param nan has seen all tensors
 */
record SpooledState(List<HashedFile> files, Sha256 digest, NanCheck nan) {}
