package baton.coordinator.relay;

import baton.protocol.Ask;
import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lends short-lived access to a store, from the coordinator's own sign-in, to the holders of
 * leases. Workers then need no sign-in, and hold nothing that outlives their session. No method
 * waits for the store.
 */
public interface Broker {
  /**
   * The account behind a store to which access was lent.
   *
   * @param client the OAuth client's id
   * @param lends whether workers get access now
   * @param notice what a person should do
   * @param limit empty if there is none, or it is not known yet
   * @param used including the trash; empty if it is not known yet
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

  /** The account, for status; empty if there was never a sign-in. */
  Optional<Account> account();

  /** Access to lend to the holder of a lease on this store; empty if there is none now. */
  Optional<StoreAccess> lend(StoreId store);

  /** A worker was refused with this token, so it must be replaced early. */
  void refused(Sha256 token);

  /** Why nothing is lent now, and what to do; empty if access is lent. */
  Optional<String> whyNot();

  /**
   * The request of a session that borrows access. The lent store counts as read by the session
   * (R15): the coordinator has read the root with the same access, and the worker reads it again
   * before it transfers anything.
   */
  default Ask admit(Ask ask) {
    return account()
        .filter(Account::lends)
        .map(account -> ask.alsoReading(account.store()))
        .orElse(ask);
  }
}
