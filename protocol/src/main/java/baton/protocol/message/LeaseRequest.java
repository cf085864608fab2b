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
 * @param borrowsUrls whether the worker has no access of its own to a store and asks the
 *     coordinator for an address of each object; may be absent
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
    Boolean borrowsUrls,
    Integer checkpointFormat) {

  public static LeaseRequest from(Ask ask) {
    return from(ask, Borrows.NOTHING);
  }

  /** What a worker takes from the coordinator, having no access to a store of its own. */
  public enum Borrows {
    NOTHING,
    /** A token of the store's. */
    ACCESS,
    /** An address of each object. */
    URLS
  }

  public static LeaseRequest from(Ask ask, Borrows borrows) {
    return new LeaseRequest(
        ask.secretHash(),
        ask.session(),
        ask.worker(),
        ask.programs(),
        ask.stores(),
        ask.device(),
        ask.endsIn().map(Duration::toMillis).orElse(null),
        borrows == Borrows.ACCESS ? true : null,
        borrows == Borrows.URLS ? true : null,
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
