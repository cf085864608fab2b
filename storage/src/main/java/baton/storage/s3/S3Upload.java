package baton.storage.s3;

import static baton.storage.s3.S3Calls.call;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.HashedFile;
import baton.storage.TransferProgress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * The upload of a file to a bucket. The server compares the bytes with the sha256 that is sent with
 * them. The file goes in one PUT, so that the server knows the sha256 of the whole; only a file
 * larger than S3's limit for one PUT goes in parts.
 */
final class S3Upload {
  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

  /** S3's limit for one PUT is 5 GiB. */
  static final long ONE_PIECE = 5L << 30;

  private static final long PART = 512L << 20;
  private static final String BYTES = "application/octet-stream";

  private final S3Objects objects;
  private final String path;
  private final HashedFile file;
  private final long size;
  private final long onePiece;
  private final long part;
  private final TransferProgress progress;

  /** The checksum of the bytes that were read last: not every server verifies the sha256. */
  private long crc32cSent;

  /** Why the file could not be sent, if the store is not at fault. */
  private RuntimeException abandoned;

  S3Upload(
      S3Objects objects,
      String path,
      HashedFile file,
      LongConsumer moved,
      long onePiece,
      long part) {
    this.objects = objects;
    this.path = path;
    this.file = file;
    this.size = file.size();
    this.onePiece = onePiece;
    this.part = part;
    this.progress = new TransferProgress(moved);
  }

  static S3Upload of(S3Objects objects, String path, HashedFile file, LongConsumer moved) {
    return new S3Upload(objects, path, file, moved, ONE_PIECE, PART);
  }

  void run() throws StoreException, IOException {
    try {
      if (size <= onePiece) {
        objects.putIfAbsent(path, file.sha256(), body(0, size));
        file.requireSame(size, crc32cSent);
      } else {
        putInParts();
        file.requireUnchanged();
      }
    } catch (StoreException e) {
      rethrowOwn();
      file.requireUnchanged();
      if (e.kind() != Kind.EXISTS || !isOurs()) {
        throw e;
      }
    } catch (RuntimeException e) {
      rethrowOwn();
      throw e;
    }
    progress.reached(size);
  }

  /** Whether the stored file is ours: the answer to a successful attempt may have been lost. */
  private boolean isOurs() throws StoreException {
    Optional<HeadObjectResponse> there =
        objects.head(path).filter(found -> found.contentLength() == size);
    if (there.isEmpty()) {
      return false;
    }
    Optional<Sha256> told = S3Objects.sha256(there.get());
    Sha256 stored = told.isPresent() ? told.get() : S3Download.digest(objects, path);
    return stored.equals(file.sha256());
  }

  private void rethrowOwn() throws IOException {
    if (abandoned instanceof UncheckedIOException local) {
      throw local.getCause();
    }
    if (abandoned != null) {
      throw abandoned;
    }
  }

  private void putInParts() throws StoreException, IOException {
    String upload =
        call(
            "begin the upload of " + path,
            () ->
                objects
                    .s3()
                    .createMultipartUpload(
                        CreateMultipartUploadRequest.builder()
                            .bucket(objects.place().bucket())
                            .key(objects.key(path))
                            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                            .build())
                    .uploadId());
    boolean whole = false;
    try {
      List<CompletedPart> parts = new ArrayList<>();
      for (long from = 0; from < size; from += part) {
        parts.add(putPart(upload, parts.size() + 1, from, Math.min(part, size - from)));
      }
      // The server has only the digests of the parts.
      file.requireUnchanged();
      call(
          "end the upload of " + path,
          () ->
              objects
                  .s3()
                  .completeMultipartUpload(
                      r ->
                          r.bucket(objects.place().bucket())
                              .key(objects.key(path))
                              .uploadId(upload)
                              .ifNoneMatch("*")
                              .multipartUpload(all -> all.parts(parts))));
      whole = true;
    } finally {
      if (!whole) {
        abort(upload);
      }
    }
  }

  private CompletedPart putPart(String upload, int number, long from, long bytes)
      throws StoreException {
    UploadPartRequest request =
        UploadPartRequest.builder()
            .bucket(objects.place().bucket())
            .key(objects.key(path))
            .uploadId(upload)
            .partNumber(number)
            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
            .build();
    var answer =
        call(
            "upload part %d of %s".formatted(number, path),
            () -> objects.s3().uploadPart(request, body(from, bytes)));
    return CompletedPart.builder()
        .partNumber(number)
        .eTag(answer.eTag())
        .checksumSHA256(answer.checksumSHA256())
        .build();
  }

  /** Aborts the upload, whose invisible parts would be paid for; the next session tries again. */
  private void abort(String upload) {
    try {
      objects
          .s3()
          .abortMultipartUpload(
              r -> r.bucket(objects.place().bucket()).key(objects.key(path)).uploadId(upload));
    } catch (SdkException e) {
      LOG.debug("Not aborted: {}", S3Calls.told("abort the upload of " + path, e).getMessage());
    }
  }

  private RequestBody body(long from, long bytes) {
    return RequestBody.fromContentProvider(() -> new Watched(from, bytes), bytes, BYTES);
  }

  /** A piece of the file, which the SDK may read more than once. */
  private final class Watched extends FilterInputStream {
    private final CRC32C crc = new CRC32C();
    private final long end;
    private long at;

    Watched(long from, long bytes) {
      super(open(from));
      this.at = from;
      this.end = from + bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (at >= end) {
        return -1;
      }
      try {
        int read = in.read(into, offset, (int) Math.min(length, end - at));
        if (read > 0) {
          crc.update(into, offset, read);
          crc32cSent = crc.getValue();
        }
        at += Math.max(0, read);
        progress.reached(at);
        return read;
      } catch (IOException e) {
        throw abandon(new UncheckedIOException(e));
      } catch (RuntimeException e) {
        throw abandon(e);
      }
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  private InputStream open(long from) {
    if (abandoned != null) {
      throw abandoned;
    }
    try {
      return Channels.newInputStream(FileChannel.open(file.path()).position(from));
    } catch (IOException e) {
      throw abandon(new UncheckedIOException(e));
    }
  }

  private RuntimeException abandon(RuntimeException why) {
    abandoned = why;
    return why;
  }
}
