package baton.coordinator.http;

import baton.protocol.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** A secret that opens the paths of one role. */
public record Token(Role role, String text) {
  private static final int BYTES = 32;

  static Token draw(Role role, SecureRandom random) {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    return new Token(
        role,
        "baton_%s_%s"
            .formatted(
                role.word(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret)));
  }

  /** A new token for each role. */
  public static List<Token> drawAll(SecureRandom random) {
    return Stream.of(Role.values()).map(role -> draw(role, random)).toList();
  }

  Sha256 hash() {
    return Sha256.ofText(text);
  }

  /** Names the role, never the secret. */
  @Override
  public String toString() {
    return "a token for the " + role.word();
  }
}
