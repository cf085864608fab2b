package baton.protocol.client;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;

/**
 * Whoever has no access to a store of his own, and takes what the coordinator lends with a lease
 * and its renewals. May be called by several threads.
 */
public interface Borrower {
  /** Sha256 of the token that was lent last; of the empty text before the first. */
  Sha256 held();

  /** Whether the store has refused that token before its time. */
  boolean isRefused();

  /** Takes access that is newer. */
  void lent(StoreAccess newest);
}
