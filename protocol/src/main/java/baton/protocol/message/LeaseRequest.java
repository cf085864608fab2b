package baton.protocol.message;

import baton.protocol.Ask;
import baton.protocol.SessionId;
import baton.protocol.Sha256;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The body of {@code POST /v1/leases}.
 *
 * @param borrows whether the worker has no access of its own to a store and uses the coordinator's;
 *     may be absent
 * @param checkpointFormat the newest checkpoint format that the worker reads; absent means 1
 */
public record LeaseRequest(
    Sha256 secretHash,
    SessionId session,
    String worker,
    Set<String> programs,
    Set<StoreId> stores,
    String device,
    Long endsInMs,
    Boolean borrows,
    Integer checkpointFormat) {

  public static LeaseRequest from(Ask ask) {
    return from(ask, false);
  }

  public static LeaseRequest from(Ask ask, boolean borrows) {
    return new LeaseRequest(
        ask.secretHash(),
        ask.session(),
        ask.worker(),
        ask.programs(),
        ask.stores(),
        ask.device(),
        ask.endsIn().map(Duration::toMillis).orElse(null),
        borrows ? true : null,
        ask.checkpointFormat());
  }

  public Ask toAsk() {
    return new Ask(
        secretHash,
        session,
        worker,
        programs,
        stores,
        device,
        Optional.ofNullable(endsInMs).map(Duration::ofMillis),
        checkpointFormat == null ? 1 : checkpointFormat);
  }
}
