package baton.storage.s3;

import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Makes calls, and maps their failures to the store's. The SDK itself retries transient failures (a
 * broken connection, 500, 503 SlowDown). Its messages and causes are dropped: they quote requests.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">the codes</a>
 */
final class S3Calls {
  private S3Calls() {}

  static <T> T call(String doing, Supplier<T> call) throws StoreException {
    try {
      return call.get();
    } catch (SdkException e) {
      throw told(doing, e);
    }
  }

  /** Empty: there is no such object. */
  static <T> Optional<T> find(String doing, Supplier<T> call) throws StoreException {
    try {
      return Optional.of(call(doing, call));
    } catch (StoreException e) {
      if (e.kind() == Kind.GONE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static StoreException told(String doing, SdkException e) {
    if (e instanceof S3Exception answer) {
      String code = answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
      return answer(doing, answer.statusCode(), code == null ? "" : code);
    }
    boolean keyless =
        e instanceof SdkClientException
            && String.valueOf(e.getMessage()).contains("Unable to load credentials");
    return failure(
        Kind.UNREACHABLE,
        doing,
        keyless ? "no keys" : e.getClass().getSimpleName(),
        keyless
            ? "This machine has no keys for it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile."
            : "It could not be reached; it is worth trying again, and if it lasts, check the endpoint and this machine's network.");
  }

  /**
   * A failure at an address that a coordinator lent: the keys and the region are the coordinator's.
   */
  static StoreException lent(String doing, int status, String code) {
    if (status == 401 || status == 403) {
      return failure(
          Kind.UNREACHABLE,
          doing,
          detail(status, code),
          code.equals("RequestTimeTooSkewed")
              ? "The clock of the coordinator's machine is wrong; set it right."
              : "The coordinator's keys were revoked, have ended, or may not do that; check them where the coordinator runs.");
    }
    if (status == 301 || code.equals("AuthorizationHeaderMalformed")) {
      return failure(
          Kind.UNREACHABLE,
          doing,
          detail(status, code),
          "The bucket is in another region; set AWS_REGION where the coordinator runs.");
    }
    return answer(doing, status, code);
  }

  private static String detail(int status, String code) {
    return (status + " " + code.replaceAll("[^A-Za-z0-9]", "")).strip();
  }

  private static StoreException answer(String doing, int status, String code) {
    String detail = detail(status, code);
    return switch (code) {
      case "NoSuchBucket" ->
          failure(Kind.UNREACHABLE, doing, detail, "There is no such bucket; check its name.");
      case "RequestTimeTooSkewed" ->
          failure(
              Kind.UNREACHABLE,
              doing,
              detail,
              "This machine's clock is wrong, so its signatures are refused; set it right.");
      case "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException" ->
          failure(
              Kind.UNREACHABLE, doing, detail, "The bucket is in another region; set AWS_REGION.");
      case "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull" ->
          full(doing, detail);
      default -> byStatus(doing, status, detail);
    };
  }

  private static StoreException byStatus(String doing, int status, String detail) {
    return switch (status) {
      case 404 -> failure(Kind.GONE, doing, detail, "The store has no such file.");
      case 412 ->
          failure(Kind.EXISTS, doing, detail, "It is there already; nothing is overwritten.");
      case 401, 403 ->
          failure(
              Kind.UNREACHABLE,
              doing,
              detail,
              "The keys of this machine were revoked, have ended, or may not do that; check them and what they are allowed.");
      case 507 -> full(doing, detail);
      default ->
          failure(
              Kind.UNREACHABLE,
              doing,
              detail,
              "It is worth trying again; if it lasts, report it with the code in brackets.");
    };
  }

  private static StoreException full(String doing, String detail) {
    return failure(
        Kind.FULL, doing, detail, "The bucket is full; make room, or keep fewer checkpoints.");
  }

  private static StoreException failure(Kind kind, String doing, String detail, String sentence) {
    return new StoreException(kind, "Could not %s (%s). %s".formatted(doing, detail, sentence));
  }
}
