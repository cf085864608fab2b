package baton.protocol.message;

import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Sha256;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/renew}.
 *
 * @param progress batches, bytes or items done in this phase; it only grows (R10)
 * @param loss the last batch's, for people who watch; may be absent
 * @param saving how often the holder saves, and why; absent where the job fixes it
 * @param accessHeld sha256 of the access token that was lent last, of the empty text if none was;
 *     absent: this worker borrows none
 * @param accessRefused whether the store has refused that token; may be absent
 */
public record RenewRequest(
    Phase phase,
    Position position,
    long progress,
    Double loss,
    SavingBody saving,
    Sha256 accessHeld,
    Boolean accessRefused) {}
