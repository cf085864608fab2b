package baton.storage.s3;

import baton.protocol.Sha256;
import baton.protocol.checkpoint.StoreException;
import baton.protocol.checkpoint.StoreException.Kind;
import baton.storage.CheckpointStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The download of a file from a bucket; after a broken connection it resumes where it was. */
final class S3Download {
  private static final int CHUNK = 1 << 20;

  /** The most broken connections in a row without a byte between them. */
  private static final int BREAKS = 5;

  /** Takes the bytes between a buffer's position and its limit. */
  interface Sink {
    void take(ByteBuffer chunk) throws IOException;
  }

  private final S3Objects objects;
  private final String path;
  private final LongConsumer moved;
  private final byte[] chunk = new byte[CHUNK];
  private ResponseInputStream<GetObjectResponse> in;
  private long at;
  private int breaks;

  private S3Download(S3Objects objects, String path, LongConsumer moved) {
    this.objects = objects;
    this.path = path;
    this.moved = moved;
  }

  /**
   * Begins a download.
   *
   * @throws StoreException of kind GONE if there is no such file
   */
  static S3Download of(S3Objects objects, String path, LongConsumer moved) throws StoreException {
    S3Download download = new S3Download(objects, path, moved);
    download.open();
    return download;
  }

  /** The sha256 of its bytes. */
  static Sha256 digest(S3Objects objects, String path) throws StoreException {
    MessageDigest digest = Sha256.newDigest();
    try {
      of(objects, path, moved -> {}).run(digest::update);
    } catch (IOException e) {
      throw new IllegalStateException("a digest in memory does not fail", e);
    }
    return Sha256.of(digest);
  }

  private void open() throws StoreException {
    in = objects.open(path, at).orElseThrow(() -> CheckpointStore.gone(path));
  }

  /**
   * Passes all bytes to the sink, in order.
   *
   * @throws IOException if the sink fails
   */
  void run(Sink sink) throws StoreException, IOException {
    long size = in.response().contentLength();
    try {
      while (at < size) {
        int read = read();
        if (read > 0) {
          sink.take(ByteBuffer.wrap(chunk, 0, read));
          at += read;
          breaks = 0;
          moved.accept(read);
        } else {
          reopen();
        }
      }
    } finally {
      in.abort();
    }
  }

  /** The number of bytes read; not above zero: the connection broke. */
  private int read() {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      return -1;
    }
  }

  private void reopen() throws StoreException {
    if (++breaks > BREAKS) {
      throw new StoreException(
          Kind.UNREACHABLE,
          "Could not download %s: the connection broke again and again. Check this machine's network."
              .formatted(path));
    }
    in.abort();
    open();
  }
}
