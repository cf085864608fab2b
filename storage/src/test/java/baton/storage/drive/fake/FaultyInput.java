package baton.storage.drive.fake;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A request's body that arrives slowly, or ends in the middle, if a rule says so. */
final class FaultyInput extends FilterInputStream {
  private final Optional<Action.Slow> slow;
  private final boolean cut;
  private long left;

  FaultyInput(InputStream in, Exchange exchange) {
    super(in);
    this.slow = exchange.fault(Action.Slow.class);
    Optional<Action.CutRequest> end = exchange.fault(Action.CutRequest.class);
    this.cut = end.isPresent();
    this.left = end.map(Action.CutRequest::afterBytes).orElse(Long.MAX_VALUE);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0; // no end: so a body longer than a reader's buffer would be cut
    }
    int most = (int) Math.min(length, left);
    int count = most == 0 ? -1 : in.read(buffer, offset, most);
    if (count < 0) {
      if (cut) {
        throw new ConnectionCut();
      }
      return -1;
    }
    left -= count;
    SlowLink.pass(slow, count);
    return count;
  }
}
