package baton.protocol.message;

import baton.protocol.StoreAccess;
import baton.protocol.StoreId;
import java.time.Duration;
import java.util.Optional;

/**
 * Short-lived access to a lease's store, sent together with the lease.
 *
 * @param token must not be logged; {@link #toString} leaves it out
 */
public record LentAccess(
    String kind,
    String token,
    long expiresInMs,
    String identity,
    String client,
    String folder,
    StoreId store) {

  /** Absent where nothing is lent. */
  public static LentAccess from(Optional<StoreAccess> lent) {
    return lent.map(
            access ->
                new LentAccess(
                    access.kind(),
                    access.token(),
                    access.expiresIn().toMillis(),
                    access.identity(),
                    access.client(),
                    access.folder(),
                    access.store()))
        .orElse(null);
  }

  public StoreAccess toAccess() {
    return new StoreAccess(
        kind, token, Duration.ofMillis(expiresInMs), identity, client, folder, store);
  }

  @Override
  public String toString() {
    return toAccess().toString();
  }
}
