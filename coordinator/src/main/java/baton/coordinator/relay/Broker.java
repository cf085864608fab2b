package baton.coordinator.relay;

import baton.protocol.Ask;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The coordinator's own access to a store, of which it lends short-lived pieces to the holders of
 * leases: workers need no sign-in of their own, and have nothing that outlives their session. No
 * method waits for the store.
 */
public interface Broker {
  /**
   * The account behind a store that was ever lent from.
   *
   * @param client the OAuth client's id
   * @param lends whether workers get access now
   * @param notice what a person should do
   * @param limit empty: none, or not known yet
   * @param used with what is in the trash; empty: not known yet
   */
  record Account(
      String identity,
      String client,
      StoreId store,
      boolean lends,
      Optional<String> notice,
      OptionalLong limit,
      OptionalLong used,
      OptionalLong trash) {}

  /** For status; empty: there was never a sign-in. */
  Optional<Account> account();

  /** Access to lend to the holder of a lease on this store; empty: there is none now. */
  Optional<StoreAccess> lend(StoreId store);

  /** A worker was refused with this token, so another is needed before its time. */
  void refused(Sha256 token);

  /** Why nothing is lent now, and what to do; empty: access is lent. */
  Optional<String> whyNot();

  /**
   * The request of a session that borrows. The store that access is lent to counts as read by it
   * (R15): the coordinator has read the root with the very access that it lends, and the worker
   * reads it again before its first byte.
   */
  default Ask admit(Ask ask) {
    return account()
        .filter(Account::lends)
        .map(account -> ask.alsoReading(account.store()))
        .orElse(ask);
  }
}
