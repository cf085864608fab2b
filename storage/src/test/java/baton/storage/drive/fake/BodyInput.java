package baton.storage.drive.fake;

import java.io.IOException;
import java.io.InputStream;

/** The body of one request: of a known length, or in chunks. */
final class BodyInput extends InputStream {
  private final InputStream in;
  private final boolean chunked;
  private long left;
  private boolean ended;

  BodyInput(InputStream in, long length, boolean chunked) {
    this.in = in;
    this.left = length;
    this.chunked = chunked;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0 && chunked && !ended) {
      nextChunk();
    }
    if (left == 0) {
      return -1;
    }
    int count = in.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new ConnectionCut();
    }
    left -= count;
    if (left == 0 && chunked) {
      line();
    }
    return count;
  }

  private void nextChunk() throws IOException {
    left = Long.parseLong(line().split(";")[0].strip(), 16);
    if (left == 0) {
      ended = true;
      line();
    }
  }

  private String line() throws IOException {
    return HttpConnection.readLine(in).orElseThrow(ConnectionCut::new);
  }
}
