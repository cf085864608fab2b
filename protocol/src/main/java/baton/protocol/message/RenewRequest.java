package baton.protocol.message;

import baton.protocol.Phase;
import baton.protocol.Position;
import baton.protocol.Sha256;

/**
 * The body of {@code POST /v1/jobs/{job}/leases/{fence}/renew}; never beyond the contract's bounds.
 *
 * @param progress batches, bytes or items done in this phase; it only grows (R10)
 * @param loss of the last batch, for people who watch; may be absent
 * @param saving how often the holder saves, and why; absent if the job fixes it
 * @param accessHeld sha256 of the newest lent access token, that of the empty text if none was lent
 *     yet; absent if this worker does not borrow access
 * @param accessRefused whether the store has refused that token; may be absent
 */
public record RenewRequest(
    Phase phase,
    Position position,
    long progress,
    Double loss,
    SavingBody saving,
    Sha256 accessHeld,
    Boolean accessRefused) {
  public RenewRequest {
    FieldBounds.present("phase", phase);
    FieldBounds.present("position", position);
    FieldBounds.number("progress", progress, 0);
    FieldBounds.require(loss == null || Double.isFinite(loss), "loss", "is no number");
  }

  /** One that tells what every renewal tells. */
  public static RenewRequest of(Phase phase, Position position, long progress) {
    return new RenewRequest(phase, position, progress, null, null, null, null);
  }

  /** The same with the loss of the last batch, if there is one that can be told. */
  public RenewRequest withLoss(Double last) {
    return new RenewRequest(phase, position, progress, last, saving, accessHeld, accessRefused);
  }

  /** The same with how often the holder saves. */
  public RenewRequest withSaving(SavingBody often) {
    return new RenewRequest(phase, position, progress, loss, often, accessHeld, accessRefused);
  }

  /** The same from a worker that borrows access. */
  public RenewRequest borrowing(Sha256 held, boolean refused) {
    return new RenewRequest(phase, position, progress, loss, saving, held, refused);
  }
}
