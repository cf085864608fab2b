package baton.storage.drive.oauth;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Signs a coordinator out: revokes the consent at Google and deletes it here. */
public final class DriveLogout {

  /** The result of the revocation. */
  public enum Result {
    /** There was no consent to revoke. */
    WAS_NOT_SIGNED_IN,
    TAKEN_BACK,
    /** The consent had ended before. */
    HAD_ENDED,
    /** The consent is deleted here, but Google still accepts it. */
    GOOGLE_NOT_REACHED
  }

  private DriveLogout() {}

  public static Result run(ConsentFile file) throws SignInException {
    Optional<DriveConsent> consent = file.consent();
    if (consent.isEmpty()) {
      return Result.WAS_NOT_SIGNED_IN;
    }
    Result result = takeBack(consent.get());
    file.signOut();
    return result;
  }

  private static Result takeBack(DriveConsent consent) {
    try {
      OAuthCall.Answer answer =
          OAuthCall.post(
              OAuthEndpoints.of(consent.account().api()).revoke(),
              Map.of("token", consent.refreshToken()));
      if (answer.isGood()) {
        return Result.TAKEN_BACK;
      }
      return answer.status() < 500 ? Result.HAD_ENDED : Result.GOOGLE_NOT_REACHED;
    } catch (IOException e) {
      return Result.GOOGLE_NOT_REACHED;
    }
  }
}
