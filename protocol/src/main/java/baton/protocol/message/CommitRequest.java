package baton.protocol.message;

import baton.protocol.Position;
import baton.protocol.Sha256;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/commits}.
 *
 * @param parent digest of the head it extends; absent for the first checkpoint of a job
 * @param manifest the text of {@code manifest.json}, byte for byte as it lies in the store
 * @param finalReason why training ends here, before the last epoch; absent otherwise
 */
public record CommitRequest(
    Sha256 parent, Position position, String manifest, String finalReason) {}
