package baton.coordinator;

import baton.coordinator.http.Token;
import baton.coordinator.http.TokenFile;
import baton.coordinator.http.Tokens;
import baton.coordinator.store.SqlTokens;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens that a coordinator accepts: those in its data directory, or those in the database if
 * it is shared with other members. A shared database without tokens takes over those of the data
 * directory, so that an installation that moves keeps its tokens.
 */
final class KnownTokens {
  private final TokenFile file;
  private final Optional<SqlTokens> shared;

  KnownTokens(TokenFile file, Optional<SqlTokens> shared) {
    this.file = file;
    this.shared = shared;
  }

  /** Draws tokens if there are none; returns the tokens that were drawn and stored. */
  List<Token> drawIfNone(SecureRandom random) {
    Optional<Tokens> own = file.read();
    if (shared.isEmpty()) {
      return own.isPresent() ? List.of() : file.drawNew(random);
    }
    if (own.isPresent()) {
      shared.get().keepIfNone(own.get().hashes());
      return List.of();
    }
    List<Token> drawn = shared.get().read().isEmpty() ? Token.drawAll(random) : List.of();
    Map<String, String> hashes = Tokens.hashes(drawn);
    boolean isKept = !drawn.isEmpty() && shared.get().keepIfNone(hashes).equals(hashes);
    return isKept ? drawn : List.of(); // another member may have been faster
  }

  /** Replaces all tokens; the old ones become invalid. */
  List<Token> drawNew(SecureRandom random) {
    if (shared.isEmpty()) {
      return file.drawNew(random);
    }
    List<Token> drawn = Token.drawAll(random);
    shared.get().replace(Tokens.hashes(drawn));
    return drawn;
  }

  Tokens read() {
    return shared.map(SqlTokens::read).map(Tokens::of).or(file::read).orElseThrow();
  }
}
