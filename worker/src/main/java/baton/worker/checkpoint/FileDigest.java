package baton.worker.checkpoint;

import baton.protocol.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The sha256 of a local file. */
final class FileDigest {
  private static final int CHUNK = 1 << 20;

  private FileDigest() {}

  static Sha256 of(Path file) throws IOException {
    MessageDigest sha256 = Sha256.newDigest();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(chunk) >= 0) {
        sha256.update(chunk.flip());
        chunk.clear();
      }
    }
    return Sha256.of(sha256);
  }
}
