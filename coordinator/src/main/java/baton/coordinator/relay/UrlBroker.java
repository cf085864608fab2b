package baton.coordinator.relay;

import baton.protocol.Ask;
import baton.protocol.LentUrls;
import baton.protocol.StoreId;
import baton.protocol.UrlAsk;
import java.util.List;
import java.util.Optional;

/**
 * The coordinator's own keys to a bucket, with which it makes addresses for the holders of leases,
 * each for one thing to do with one object, and soon over: a worker needs no keys. The sibling of
 * {@link Broker} for stores whose access cannot be lent as a whole.
 */
public interface UrlBroker {
  /** The store that addresses lead into; empty: none is reached yet. */
  Optional<StoreId> store();

  /** Why no address can be had now, and what to do; empty: they can. */
  Optional<String> whyNot();

  /**
   * An address for each, in their order; whether they may be had is decided before.
   *
   * @throws NothingLent if the keys give none now
   */
  LentUrls lend(List<UrlAsk> asks);

  /** There are no keys, or they give no address; the message says what to do. */
  final class NothingLent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NothingLent(String sentence) {
      super(sentence);
    }
  }

  /**
   * The request of a session that borrows addresses: the store that they lead into counts as read
   * by it (R15), for it reads the marker with the first of them.
   */
  default Ask admit(Ask ask) {
    requireStore();
    return store().map(ask::alsoReading).orElse(ask);
  }

  /** Somebody wants addresses: a bucket that holds no store yet is to become one. */
  void requireStore();
}
