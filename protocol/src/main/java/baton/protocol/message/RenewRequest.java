package baton.protocol.message;

import baton.protocol.Phase;
import baton.protocol.Position;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/renew}.
 *
 * @param progress batches, bytes or items done in this phase; it only grows (R10)
 * @param loss the last batch's, for people who watch; may be absent
 * @param saving how often the holder saves, and why; absent where the job fixes it
 */
public record RenewRequest(
    Phase phase, Position position, long progress, Double loss, SavingBody saving) {}
