package baton.storage.drive.oauth;

import baton.protocol.StoreId;
import java.net.URI;
import java.util.Objects;

/**
 * Whose Drive holds a coordinator's store, and through which OAuth client: the store is visible to
 * no other pair of the two (R15). Nothing in it is secret.
 *
 * @param api the root of Google's addresses, with a slash at its end
 * @param identity the user's address
 * @param client the OAuth client's id
 * @param folder the Drive id of the store's root
 */
public record DriveAccount(URI api, String identity, String client, String folder, StoreId store) {
  public DriveAccount {
    Objects.requireNonNull(api);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(client);
    Objects.requireNonNull(folder);
    Objects.requireNonNull(store);
  }
}
