package baton.storage.drive;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.storage.drive.transfer.DriveSetup;
import com.google.api.services.drive.model.File;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The creator of a store: a Google user and an OAuth client. The request that creates the root also
 * writes both as private labels, so a store is never without its owner.
 *
 * @param client its id; empty: unknown for this kind of sign-in
 */
record DriveOwner(String identity, Optional<String> client) {
  private static final String USER = "batonUser";
  private static final String CLIENT = "batonClient";

  /** The key and value of a label together have at most 124 bytes. */
  private static final int LONGEST = 110;

  /** The owner that this sign-in stands for. */
  static DriveOwner ofSignIn(DriveSetup setup) throws StoreException {
    return new DriveOwner(DriveSpace.read(setup).user(), setup.connection().client());
  }

  Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>(Map.of(USER, brief(identity)));
    client.ifPresent(id -> labels.put(CLIENT, brief(id)));
    return labels;
  }

  private static String brief(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length <= LONGEST
        ? text
        : Sha256.ofText(text).hex();
  }

  /** Why this sign-in may not use a root, as part of a sentence; empty: it may (R15). */
  Optional<String> obstacle(File root) {
    Optional<String> user = label(root, USER).filter(made -> !made.equals(brief(identity)));
    if (user.isPresent()) {
      return Optional.of(
          "%s made it, and this sign-in is of %s; use the account that made it"
              .formatted(user.get(), identity));
    }
    return label(root, CLIENT)
        .filter(made -> client.isPresent() && !made.equals(brief(client.get())))
        .map(
            made ->
                "it was made through the OAuth client %s, and this sign-in goes through %s; use the client that made it"
                    .formatted(made, client.get()));
  }

  /** A label of the root; a store of an earlier Baton has none. */
  private static Optional<String> label(File root, String key) {
    return Optional.ofNullable(root.getAppProperties()).map(labels -> labels.get(key));
  }
}
