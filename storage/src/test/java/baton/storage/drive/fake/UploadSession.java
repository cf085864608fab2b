package baton.storage.drive.fake;

import baton.storage.drive.fake.FakeAuth.Consent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** A resumable upload: what came so far, visible to nobody until it is whole. */
final class UploadSession {
  /** Drive keeps what came in whole blocks of this size. */
  static final int BLOCK = 256 * 1024;

  private final NewFile file;
  private final Consent consent;
  private final long total;
  private final Optional<String> fields;
  private final Path bytes;
  private final MessageDigest sha256;
  private long stored;
  private Optional<StoredFile> finished = Optional.empty();

  UploadSession(NewFile file, Consent consent, long total, Optional<String> fields, Path bytes) {
    this.file = file;
    this.consent = consent;
    this.total = total;
    this.fields = fields;
    this.bytes = bytes;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  NewFile file() {
    return file;
  }

  Consent consent() {
    return consent;
  }

  Optional<String> fields() {
    return fields;
  }

  Path bytes() {
    return bytes;
  }

  long total() {
    return total;
  }

  long stored() {
    return stored;
  }

  boolean isWhole() {
    return stored == total;
  }

  Optional<StoredFile> finished() {
    return finished;
  }

  void finish(StoredFile file) {
    finished = Optional.of(file);
  }

  String digest() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** Takes in a chunk; of one that ends too soon, whole blocks are kept. */
  void take(InputStream in, long length, FileChannel to) throws IOException {
    byte[] block = new byte[BLOCK];
    long left = length;
    while (left > 0) {
      int wanted = (int) Math.min(BLOCK, left);
      int count = in.readNBytes(block, 0, wanted);
      if (count < wanted) {
        throw new ConnectionCut();
      }
      to.write(ByteBuffer.wrap(block, 0, count), stored);
      sha256.update(block, 0, count);
      stored += count;
      left -= count;
    }
  }
}
