package baton.coordinator.drive;

import baton.protocol.Sha256;
import baton.protocol.StoreAccess;
import baton.storage.drive.DriveSpace;
import baton.storage.drive.oauth.DriveAccount;
import java.time.Duration;
import java.util.Optional;

/**
 * The state of the broker at one moment.
 *
 * @param token the access to lend; empty if there is none. It must not be logged
 * @param until when that access ends, by the monotonic clock
 * @param notice what a person should do
 */
record Lending(
    DriveAccount account,
    Optional<String> token,
    Duration until,
    Optional<String> notice,
    Optional<DriveSpace> space) {

  static Lending nothing(DriveAccount account, String notice) {
    return new Lending(
        account, Optional.empty(), Duration.ZERO, Optional.of(notice), Optional.empty());
  }

  boolean lends() {
    return token.isPresent();
  }

  Optional<Sha256> tokenHash() {
    return token.map(Sha256::ofText);
  }

  StoreAccess access(Duration left) {
    return new StoreAccess(
        StoreAccess.DRIVE,
        token.orElseThrow(),
        left,
        account.identity(),
        account.client(),
        account.folder(),
        account.store());
  }

  Lending with(String newToken, Duration end) {
    return new Lending(account, Optional.of(newToken), end, Optional.empty(), space);
  }

  Lending with(DriveSpace now) {
    return new Lending(account, token, until, notice, Optional.of(now));
  }

  Lending ended(String why) {
    return new Lending(account, Optional.empty(), Duration.ZERO, Optional.of(why), space);
  }

  /**
   * The state after Google gave no answer: the present access may still be lent, unless it was
   * refused.
   */
  Lending unanswered(Optional<Sha256> refused) {
    boolean good = token.isPresent() && !tokenHash().equals(refused);
    return new Lending(
        account,
        good ? token : Optional.empty(),
        until,
        Optional.of("Google gives the coordinator no answer; check its network if this lasts."),
        space);
  }

  @Override
  public String toString() {
    return "access to %s, %s".formatted(account.store(), lends() ? "lent" : "not lent");
  }
}
