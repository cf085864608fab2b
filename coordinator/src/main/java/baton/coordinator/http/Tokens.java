package baton.coordinator.http;

import baton.protocol.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The hashes of the tokens that a coordinator accepts, one for each role. */
public final class Tokens {
  private final Map<Role, Sha256> hashes;

  Tokens(Map<Role, Sha256> hashes) {
    this.hashes = new EnumMap<>(hashes);
    if (hashes.size() != Role.values().length) {
      throw new IllegalArgumentException("each role has one token");
    }
  }

  /**
   * @param hashes by the names of the roles, as they are stored
   * @throws IllegalArgumentException if they are not one hash for each role
   */
  public static Tokens of(Map<String, String> hashes) {
    Map<Role, Sha256> known = new EnumMap<>(Role.class);
    hashes.forEach(
        (role, hash) -> known.put(Role.valueOf(role.toUpperCase(Locale.ROOT)), new Sha256(hash)));
    return new Tokens(known);
  }

  /** What is stored of drawn tokens: their hashes, by the names of the roles. */
  public static Map<String, String> hashes(List<Token> drawn) {
    Map<String, String> hashes = new LinkedHashMap<>();
    drawn.forEach(token -> hashes.put(token.role().word(), token.hash().hex()));
    return hashes;
  }

  /** The hashes as they are stored. */
  public Map<String, String> hashes() {
    Map<String, String> kept = new LinkedHashMap<>();
    hashes.forEach((role, hash) -> kept.put(role.word(), hash.hex()));
    return kept;
  }

  /** The role of {@code token}; the comparison takes constant time. */
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
