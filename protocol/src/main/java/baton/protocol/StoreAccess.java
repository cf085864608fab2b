package baton.protocol;

import java.time.Duration;

/**
 * Short-lived access to a job's store, as a coordinator lends it to the holder of a lease.
 *
 * @param kind the kind of store
 * @param token must not be logged; {@link #toString} leaves it out
 * @param expiresIn how long it is valid, counted from the answer it came with
 * @param identity the owner of the store
 * @param client the OAuth client that the access goes through
 * @param folder the id that the storage service gave to the store's root folder
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
