package baton.protocol;

import java.time.Duration;

/**
 * Short-lived access to a job's store, as a coordinator lends it to the holder of a lease.
 *
 * @param kind of store
 * @param token never in a log; this text of the record leaves it out
 * @param expiresIn counted from the answer it came with
 * @param identity whose store it is
 * @param client the OAuth client that the access goes through
 * @param folder the store's root, by the store's own id of it
 */
public record StoreAccess(
    String kind,
    String token,
    Duration expiresIn,
    String identity,
    String client,
    String folder,
    StoreId store) {
  public static final String DRIVE = "drive";

  public StoreAccess {
    if (token.isBlank() || expiresIn.isNegative()) {
      throw new IllegalArgumentException("access is lent with a token and a time");
    }
  }

  @Override
  public String toString() {
    return "access to the store %s of %s".formatted(store, identity);
  }
}
