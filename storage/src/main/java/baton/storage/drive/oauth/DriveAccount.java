package baton.storage.drive.oauth;

import baton.protocol.StoreId;
import java.net.URI;
import java.util.Objects;

/**
 * The user whose Drive holds a coordinator's store, and the OAuth client: the store is visible only
 * to this pair (R15). It contains no secret.
 *
 * @param api the root of Google's addresses, ending with a slash
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
