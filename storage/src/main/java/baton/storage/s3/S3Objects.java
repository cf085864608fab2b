package baton.storage.s3;

import static baton.storage.s3.S3Calls.call;
import static baton.storage.s3.S3Calls.find;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** The objects below a store's prefix, by their path from the root. */
record S3Objects(S3Client s3, S3Location place) {
  private static final Logger LOG = LoggerFactory.getLogger(S3Objects.class);

  /** No upload by Baton takes this long; an older one was left by a killed worker. */
  private static final Duration LONGEST_UPLOAD = Duration.ofDays(2);

  /** Manifests are not trusted: their paths must not lead out of the prefix. */
  private static final Pattern LEADS_OUT = Pattern.compile("(^|.*/)\\.{0,2}(/.*|$)|.*\\\\.*");

  private static final int LONGEST_KEY = 1024;

  String key(String path) {
    return place.prefix() + path;
  }

  String path(String key) {
    return key.substring(place.prefix().length());
  }

  private static boolean isOwn(String path) {
    return path.length() <= LONGEST_KEY && !LEADS_OUT.matcher(path).matches();
  }

  Optional<HeadObjectResponse> head(String path) throws StoreException {
    return !isOwn(path)
        ? Optional.empty()
        : find(
            "look at " + path,
            () ->
                s3.headObject(
                    r ->
                        r.bucket(place.bucket())
                            .key(key(path))
                            .checksumMode(ChecksumMode.ENABLED)));
  }

  /**
   * The sha256 that the server computed over the whole file. For a multipart upload it has only a
   * digest of digests; not every server marks that, but all of them put a dash into its ETag.
   */
  static Optional<Sha256> sha256(HeadObjectResponse of) {
    return sha256(Optional.ofNullable(of.eTag()), Optional.ofNullable(of.checksumSHA256()));
  }

  /** The same from the values of the headers {@code ETag} and {@code x-amz-checksum-sha256}. */
  static Optional<Sha256> sha256(Optional<String> eTag, Optional<String> checksum) {
    boolean isOfParts = eTag.orElse("").contains("-");
    return checksum
        .filter(text -> !isOfParts && !text.contains("-"))
        .map(text -> new Sha256(HexFormat.of().formatHex(Base64.getDecoder().decode(text))));
  }

  static String base64(Sha256 sha256) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256.hex()));
  }

  /**
   * Opens an object for reading.
   *
   * @param from the first byte
   */
  Optional<ResponseInputStream<GetObjectResponse>> open(String path, long from)
      throws StoreException {
    return path.endsWith("/") || isOwn(path)
        ? find(
            "read " + path,
            () ->
                s3.getObject(
                    r ->
                        r.bucket(place.bucket())
                            .key(key(path))
                            .range(from == 0 ? null : "bytes=" + from + "-")))
        : Optional.empty();
  }

  Optional<byte[]> read(String path, int most) throws StoreException {
    Optional<ResponseInputStream<GetObjectResponse>> in = open(path, 0);
    if (in.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] bytes = in.get().readNBytes(most);
      in.get().abort();
      return Optional.of(bytes);
    } catch (IOException e) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "Could not read %s: the connection broke; it is worth trying again.".formatted(path));
    }
  }

  void putIfAbsent(String path, byte[] bytes) throws StoreException {
    putIfAbsent(path, Sha256.of(bytes), RequestBody.fromBytes(bytes));
  }

  void putIfAbsent(String path, Sha256 sha256, RequestBody body) throws StoreException {
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(place.bucket())
            .key(key(path))
            .checksumSHA256(base64(sha256))
            .ifNoneMatch("*")
            .build();
    call("write " + path, () -> s3.putObject(request, body));
  }

  /** Deletes an object; a missing one is no error. */
  void delete(String path) throws StoreException {
    find("delete " + path, () -> s3.deleteObject(r -> r.bucket(place.bucket()).key(key(path))));
  }

  ListObjectsV2Request.Builder request(ListObjectsV2Request.Builder builder, String above) {
    return builder.bucket(place.bucket()).prefix(key(above));
  }

  /** Each page holds a thousand keys. */
  void list(ListObjectsV2Request request, Consumer<ListObjectsV2Response> page)
      throws StoreException {
    call(
        "list " + place,
        () -> {
          s3.listObjectsV2Paginator(request).forEach(page);
          return null;
        });
  }

  /**
   * Aborts old uploads, which cost space and are invisible. If the server cannot list them, it must
   * clean up itself.
   */
  void abortOldUploads() {
    abortUploads(Instant.now().minus(LONGEST_UPLOAD));
  }

  void abortUploads(Instant before) {
    try {
      s3
          .listMultipartUploadsPaginator(r -> r.bucket(place.bucket()).prefix(place.prefix()))
          .uploads()
          .stream()
          .filter(upload -> upload.initiated().isBefore(before))
          .forEach(
              upload ->
                  s3.abortMultipartUpload(
                      r -> r.bucket(place.bucket()).key(upload.key()).uploadId(upload.uploadId())));
    } catch (SdkException e) {
      LOG.debug(
          "Old uploads are left as they are: {}", S3Calls.told("abort uploads", e).getMessage());
    }
  }
}
