package baton.storage.drive.transfer;

import baton.protocol.checkpoint.StoreException.Kind;
import java.util.Map;
import java.util.Set;

/** The meaning of an error of Drive, by its status and its reason, and what to do about it. */
enum DriveErrorKind {
  PASSES(
      Kind.UNREACHABLE,
      "Google Drive could not be reached or was too busy; it is worth trying again, and if it"
          + " lasts, check this machine's network."),
  SIGNED_OUT(
      Kind.UNREACHABLE,
      "Google does not accept this sign-in any more, because it was revoked or has ended; sign in"
          + " to Drive again."),
  NOT_LENT(
      Kind.UNREACHABLE,
      "The coordinator lends no access to Google Drive any more; see 'baton status', and where it"
          + " runs sign in again with 'baton drive login'."),
  FULL(
      Kind.FULL,
      "The user's Google Drive is full, its trash included; make room there, or keep fewer"
          + " checkpoints."),
  FOLDER_FULL(
      Kind.FULL,
      "The folder in Google Drive holds as many items as Drive allows; use another folder for"
          + " this store."),
  LIMIT_OF_THE_DAY(
      Kind.UNREACHABLE,
      "Google Drive lets nothing more through today, because a daily limit is reached; wait until"
          + " tomorrow, or use another store."),
  NOT_ALLOWED(
      Kind.UNREACHABLE,
      "This sign-in may not do that in Google Drive, because the file belongs to another app or"
          + " user, or consent was given for less; sign in with the account and the OAuth client"
          + " that made the store."),
  NO_API(
      Kind.UNREACHABLE,
      "The Google Drive API is not enabled for this OAuth client; enable it in the client's Google"
          + " Cloud project."),
  GONE(
      Kind.GONE,
      "Google Drive has no such file or folder for this sign-in; it was deleted, or another OAuth"
          + " client made it."),
  TAKEN(
      Kind.EXISTS, "Google Drive has something under this id already, and nothing is overwritten."),
  OUT_OF_RANGE(
      Kind.UNREACHABLE,
      "Google Drive has fewer bytes of the file than it said before; it is worth trying again."),
  REFUSED(
      Kind.UNREACHABLE,
      "Google Drive refused a request, which is no fault of the training; report it with the"
          + " reason in brackets.");

  private static final Set<String> PASSING =
      Set.of("userRateLimitExceeded", "rateLimitExceeded", "backendError", "internalError");

  private static final Map<String, DriveErrorKind> BY_REASON =
      Map.ofEntries(
          Map.entry("storageQuotaExceeded", FULL),
          Map.entry("quotaExceeded", FULL),
          Map.entry("numChildrenInNonRootLimitExceeded", FOLDER_FULL),
          Map.entry("dailyLimitExceeded", LIMIT_OF_THE_DAY),
          Map.entry("downloadQuotaExceeded", LIMIT_OF_THE_DAY),
          Map.entry("accessNotConfigured", NO_API));

  private final Kind kind;
  private final String sentence;

  DriveErrorKind(Kind kind, String sentence) {
    this.kind = kind;
    this.sentence = sentence;
  }

  Kind kind() {
    return kind;
  }

  /** A sentence that says what happened, what it means and what to do. */
  String sentence() {
    return sentence;
  }

  static DriveErrorKind of(int status, String reason) {
    if (status >= 500 || status == 429 || status == 408) {
      return PASSES;
    }
    return switch (status) {
      case 401 -> SIGNED_OUT;
      case 403 -> PASSING.contains(reason) ? PASSES : BY_REASON.getOrDefault(reason, NOT_ALLOWED);
      case 404 -> GONE;
      case 409 -> TAKEN;
      case 416 -> OUT_OF_RANGE;
      default -> REFUSED;
    };
  }
}
