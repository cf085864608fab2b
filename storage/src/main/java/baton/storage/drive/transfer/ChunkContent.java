package baton.storage.drive.transfer;

import baton.storage.LocalFailure;
import com.google.api.client.http.HttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A part of a local file as the body of a request. It can be read again from its start, so that a
 * token that ends in the middle costs a retry and not the upload.
 */
final class ChunkContent implements HttpContent {
  private static final int BUFFER = 1 << 18;

  /** Is notified of bytes that were sent. */
  interface Watch {
    /** Called after each write; it may throw to abort the request. */
    void sent(long position, int count) throws IOException;
  }

  private final FileChannel file;
  private final long from;
  private final long to;
  private final Watch watch;

  ChunkContent(FileChannel file, long from, long to, Watch watch) {
    this.file = file;
    this.from = from;
    this.to = to;
    this.watch = watch;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = from; at < to; ) {
      buffer.clear().limit((int) Math.min(BUFFER, to - at));
      int count = read(buffer, at);
      out.write(buffer.array(), 0, count);
      at += count;
      watch.sent(at, count);
    }
  }

  private int read(ByteBuffer buffer, long at) {
    try {
      int count = file.read(buffer, at);
      if (count < 0) {
        throw new IOException("the file became shorter while it was uploaded");
      }
      return count;
    } catch (IOException e) {
      throw new LocalFailure(e);
    }
  }

  @Override
  public long getLength() {
    return to - from;
  }

  @Override
  public String getType() {
    return "application/octet-stream";
  }

  @Override
  public boolean retrySupported() {
    return true;
  }
}
