package baton.coordinator.http;

import baton.protocol.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The hashes of the tokens a coordinator knows, one for each role. */
public final class Tokens {
  private final Map<Role, Sha256> hashes;

  Tokens(Map<Role, Sha256> hashes) {
    this.hashes = new EnumMap<>(hashes);
    if (hashes.size() != Role.values().length) {
      throw new IllegalArgumentException("each role has one token");
    }
  }

  /** The role of {@code token}; each comparison takes the same time, whatever it finds. */
  Optional<Role> roleOf(String token) {
    byte[] presented = bytes(Sha256.ofText(token));
    Optional<Role> found = Optional.empty();
    for (Map.Entry<Role, Sha256> known : hashes.entrySet()) {
      if (MessageDigest.isEqual(presented, bytes(known.getValue()))) {
        found = Optional.of(known.getKey());
      }
    }
    return found;
  }

  private static byte[] bytes(Sha256 hash) {
    return hash.hex().getBytes(StandardCharsets.US_ASCII);
  }
}
