package baton.protocol.client;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;

/**
 * A client without access of its own to a store: it uses the access that the coordinator lends with
 * a lease and its renewals. Implementations are thread-safe.
 */
public interface Borrower {
  /** The sha256 of the newest lent token; that of the empty text if none was lent yet. */
  Sha256 held();

  /** Whether the store has refused that token before its time. */
  boolean isRefused();

  /** Called with newer access. */
  void lent(StoreAccess newest);
}
