package baton.storage.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that breaks after so many bytes. */
final class Torn extends FilterInputStream {
  private int left;

  Torn(InputStream in, int left) {
    super(in);
    this.left = left;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      throw new IOException("the connection broke");
    }
    int read = super.read(into, offset, Math.min(length, left));
    left -= Math.max(0, read);
    return read;
  }
}
