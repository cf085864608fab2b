package baton.storage.s3;

import baton.protocol.LentUrl;
import baton.protocol.UrlAsk;
import baton.protocol.checkpoint.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Makes presigned URLs: each permits one operation on one object for a short time. The keys sign
 * them here, without a request to the server, and stay here.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html">what
 *     they are</a>
 */
public final class S3UrlSigner {
  /** A request must begin within this time, however long it then takes. */
  static final Duration LIFETIME = Duration.ofMinutes(5);

  private static final String BYTES = "application/octet-stream";

  /** Every HTTP client sends these headers by itself. */
  private static final Set<String> SAID_ANYWAY = Set.of("host", "content-length");

  private final S3Location place;
  private Optional<S3Presigner> presigner = Optional.empty();

  /** Keys come from the SDK's default chain; they are looked up for the first address. */
  public S3UrlSigner(S3Location place) {
    this.place = place;
  }

  S3UrlSigner(S3Location place, S3Presigner presigner) {
    this.place = place;
    this.presigner = Optional.of(presigner);
  }

  /**
   * Signs an address.
   *
   * @throws StoreException if there are no keys
   */
  public LentUrl sign(UrlAsk ask) throws StoreException {
    try {
      PresignedRequest signed = sign(presigner(), ask);
      Map<String, String> headers = new HashMap<>();
      signed
          .signedHeaders()
          .forEach(
              (name, values) -> {
                if (!SAID_ANYWAY.contains(name.toLowerCase(Locale.ROOT))) {
                  headers.put(name, String.join(",", values));
                }
              });
      return new LentUrl(signed.httpRequest().getUri(), headers);
    } catch (SdkException e) {
      throw S3Calls.told("sign an address", e);
    }
  }

  private synchronized S3Presigner presigner() {
    if (presigner.isEmpty()) {
      presigner = Optional.of(S3Clients.presigner(place).build());
    }
    return presigner.get();
  }

  private PresignedRequest sign(S3Presigner by, UrlAsk ask) {
    String bucket = place.bucket();
    String key = place.prefix() + ask.path();
    return switch (ask.verb()) {
      case GET ->
          by.presignGetObject(
              p -> p.signatureDuration(LIFETIME).getObjectRequest(r -> r.bucket(bucket).key(key)));
      case HEAD ->
          by.presignHeadObject(
              p ->
                  p.signatureDuration(LIFETIME)
                      .headObjectRequest(
                          r -> r.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED)));
      case PUT ->
          by.presignPutObject(
              p ->
                  p.signatureDuration(LIFETIME)
                      .putObjectRequest(
                          r ->
                              r.bucket(bucket)
                                  .key(key)
                                  .contentType(BYTES)
                                  .contentLength(ask.size())
                                  .checksumSHA256(S3Objects.base64(ask.sha256().orElseThrow()))
                                  .ifNoneMatch("*")));
    };
  }
}
